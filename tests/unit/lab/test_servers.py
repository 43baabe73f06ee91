"""Real servers in a lab: Redis and nginx answer, restart, reload and refuse."""

import pytest
import redis

from lab.errors import BadConfig

HELLO = "server { listen 127.0.0.1:{port}; location / { return {status} 'hello'; } }"


def test_redis_answers_and_forgets_when_restarted(stage):
    server = stage.lab.redis()
    server.client().set("a", "1")
    assert server.client().get("a") == "1"
    server.restart()
    assert server.client().get("a") is None


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
