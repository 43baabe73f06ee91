def test_it_says_hello(rig):
    """It says hello."""
    seen = rig.fire("get", path="/")
    assert seen["body"] == "hello", f"it said {seen['body']} with {seen['status']}"


def test_it_says_so_again(rig):
    """And again after a reload."""
    rig.fire("reload")
    assert rig.fire("get", path="/x")["body"] == "hello"
