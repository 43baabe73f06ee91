"""Real servers in a lab: Redis and nginx answer, restart, reload and refuse."""

import contextlib
import socket

import pytest
import redis

from lab.errors import BadConfig, LabError
from lab.wait import until

HELLO = "server { listen 127.0.0.1:{port}; location / { return {status} 'hello'; } }"


def test_redis_answers_and_forgets_when_restarted(stage):
    server = stage.lab.redis()
    server.client().set("a", "1")
    assert server.client().get("a") == "1"
    server.restart()
    assert server.client().get("a") is None


def test_servers_tell_the_learner_what_went_wrong_and_nothing_else(stage):
    redis_server, mongod = stage.lab.redis(), stage.lab.mongo("shard-1")
    until(lambda: mongod.output, 5, "mongod's first words")
    redis_server._telling.tell("note", text="the end")
    until(lambda: stage.of("note", text="the end"), 5, "all that was told")
    assert stage.of("log") == []
    assert mongod._is_news('{"t": 1, "s": "E", "msg": "no space"}')


def test_the_learners_account_can_use_the_data_but_not_the_server(stage):
    server = stage.lab.redis()
    client = redis.Redis.from_url(server.learner_url)
    client.set("a", "1")
    for command in ("CONFIG GET *", "FLUSHALL", "SHUTDOWN", "ACL LIST", "DEBUG SLEEP 0", "MONITOR"):
        with pytest.raises(redis.exceptions.ResponseError, match=r"permission|not allowed"):
            client.execute_command(*command.split())
    with pytest.raises(redis.exceptions.AuthenticationError):
        redis.Redis(port=server.port).ping()
    client.close()


def test_no_password_stands_on_the_command_line_of_redis(stage, monkeypatch):
    commands = []
    start = stage.lab.opened.children.start

    def recorded(kind, node, command, **rest):
        commands.append(" ".join(command))
        return start(kind, node, command, **rest)

    monkeypatch.setattr(stage.lab.opened.children, "start", recorded)
    account = stage.lab.redis().account
    assert account.password not in commands[0]
    assert account.admin_password not in commands[0]


def test_our_own_client_tells_nobody_on_the_port_the_password(stage):
    server = stage.lab.redis()
    server.kill()
    with socket.create_server(("127.0.0.1", server.port)) as squatter:
        squatter.settimeout(0.5)
        with pytest.raises(redis.ConnectionError):
            server.client(retry=None).ping()
        with pytest.raises(TimeoutError):  # nobody even came
            squatter.accept()


def test_in_a_rig_every_restart_draws_another_password_and_old_clients_know_it(rigged):
    server = rigged.lab.redis()
    before, client = server.url, server.client()
    client.ping()
    server.restart()
    assert client.ping()
    assert server.url != before
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(before).ping()
    assert redis.Redis.from_url(server.learner_url).ping()  # which programs were told once


def test_in_a_lesson_the_url_stays_good(stage):
    server = stage.lab.redis()
    before = server.url
    server.restart()
    assert redis.Redis.from_url(before).ping()


def test_without_room_for_the_path_of_a_door_the_port_is_used(stage, monkeypatch):
    monkeypatch.setattr("lab.services.redis.LONGEST_SOCKET", 10)
    server = stage.lab.redis()
    assert server.account.door is None
    assert server.client().ping()


def test_a_redis_that_a_submission_made_unusable_is_complained_about(rigged):
    server = rigged.lab.redis()
    assert rigged.lab.complaint() == ""
    learner = redis.Redis.from_url(server.learner_url, socket_timeout=0.1, retry=None)
    with pytest.raises(redis.RedisError):
        learner.eval("while true do end", 0)
    assert "kept busy" in rigged.lab.complaint()
    server.pause()
    assert rigged.lab.complaint() == ""  # that was the rig
    server.resume()
    server.restart()
    assert rigged.lab.complaint() == ""
    with pytest.raises(redis.RedisError, match="memory"):
        fill(redis.Redis.from_url(server.learner_url))
    assert "full" in rigged.lab.complaint()
    server.kill()
    assert rigged.lab.complaint() == ""  # the rig, too
    with socket.create_server(("127.0.0.1", server.port)), contextlib.suppress(LabError):
        server.restart()
    assert "taken" in rigged.lab.complaint()


def fill(client: redis.Redis) -> None:
    for number in range(100):
        client.set(str(number), bytes(1 << 20))


def test_nginx_serves_its_config_and_a_reload_changes_it(stage):
    server = stage.lab.nginx(HELLO, status=200)
    assert stage.lab.http(server.port).body == b"hello"
    server.reload(HELLO, status=404)
    assert stage.lab.http(server.port).status == 404


def test_a_bad_config_is_refused_in_nginxs_words_and_the_old_one_stays(stage):
    server = stage.lab.nginx(HELLO, status=200)
    with pytest.raises(BadConfig) as refused:
        server.reload("server { lisen 80; }")
    assert str(refused.value) == '[emerg] unknown directive "lisen" in lab.conf:1'
    assert stage.lab.http(server.port).status == 200


def test_the_access_log_is_data(stage):
    server = stage.lab.nginx(HELLO, status=200)
    stage.lab.http(server.port, "/a?b=1")
    stage.lab.until(server.log, 2, "the log line")
    assert server.log()[0]["uri"] == "/a?b=1"


def test_a_refused_connection_is_a_reply_not_an_exception(stage):
    reply = stage.lab.http(stage.lab.free_port())
    assert (reply.status, reply.ok) == (0, False)
    assert "refused" in reply.error
