import pytest

from course.errors import StorageError
from course.storage.paths import find_places, make_folder


@pytest.mark.parametrize("name", ["plain", "two words", "häuser ☂ 🐙", "100%?#"])
def test_course_home_may_have_any_name(tmp_path, name):
    places = find_places({"COURSE_HOME": str(tmp_path / name)})
    make_folder(places.home)
    assert places.progress.parent == tmp_path / name


def test_without_course_home_it_is_the_platforms_folder():
    assert find_places({}).home.name == "scalability-course"
    assert find_places({"COURSE_HOME": ""}) == find_places({})


def test_a_folder_that_cannot_be_made_names_the_way_out(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as raised:
        make_folder(tmp_path / "file" / "home")
    assert "COURSE_HOME" in raised.value.hint


def test_a_name_that_is_none_is_no_crash():
    with pytest.raises(StorageError):
        make_folder(find_places({"COURSE_HOME": "a\0b"}).home)
