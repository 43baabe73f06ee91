"""What must happen once, counted at the accounts and at the mail server."""

import pytest

MOST_COMMANDS = 6


@pytest.fixture
def customers(rng):
    """Names and what they have."""
    return {"".join(rng.choices("abcdefgh", k=6)): rng.randint(5_000, 9_000) for _ in range(3)}


@pytest.fixture
def order(rng, customers):
    """Makes orders; each call is a new one."""
    numbers = iter(rng.sample(range(1, 10**6), 400))

    def make(customer=None, amount=None):
        number = next(numbers)
        return {
            "id": f"j-{rng.randint(10**9, 10**10)}",
            "order": number,
            "customer": customer or rng.choice(sorted(customers)),
            "amount": amount or rng.randint(1, 40),
        }

    return make


def text(job):
    return [job["customer"], f"order {job['order']}: {job['amount']} charged"]


def happened_once(rig, customers, orders, when):
    """Each of these orders was charged once and mailed once, and nothing else happened."""
    seen = rig.fire("settle")
    assert seen["left"] == 0, f"{when}: {seen['left']} jobs are still in the queue and do not end"
    assert not seen["foreign"], f"{when}: {seen['foreign']} is under names that are the queue's"
    expected = dict(customers)
    for job in orders:
        expected[job["customer"]] -= job["amount"]
    paid = {name: customers[name] - left for name, left in seen["balances"].items()}
    due = {name: customers[name] - left for name, left in expected.items()}
    assert paid == due, f"{when}: charged {paid}, where {due} was due"
    wanted = sorted(text(job) for job in orders)
    out = [mail for mail in seen["mails"] if mail in wanted]
    assert seen["mails"] == wanted, (
        f"{when}: {len(wanted)} mails were due, {len(out)} of that kind went out,"
        f" {len(seen['mails'])} in all"
    )


@pytest.mark.hint("The program that you were given passes this one: does yours still start?")
@pytest.mark.points(1)
def test_each_order_is_charged_and_mailed(rig, customers, order):
    """Orders that are delivered once are charged and mailed once, also two of one customer."""
    rig.fire("fresh", balances=customers)
    same = sorted(customers)[0]
    orders = [order(), order(same, 7), order(same, 7), order(same)]
    rig.fire("give", jobs=orders)
    happened_once(rig, customers, orders, "every job came once")


@pytest.mark.hint("What tells this order from all others, in every run? Give it to both effects.")
@pytest.mark.points(2)
def test_a_job_that_comes_again_changes_nothing(rig, customers, order):
    """A job that is delivered three times happens once."""
    rig.fire("fresh", balances=customers)
    orders = [order() for _ in range(3)]
    rig.fire("give", jobs=[job for _ in range(3) for job in orders])
    happened_once(rig, customers, orders, "every job came three times")


@pytest.mark.hint("How long, and how many orders back, do you remember what was done?")
@pytest.mark.points(2)
def test_an_order_that_comes_again_much_later_changes_nothing(rig, customers, order):
    """A hundred orders later, and when all that may expire has expired, it is still once."""
    rig.fire("fresh", balances=customers)
    orders = [order() for _ in range(101)]
    rig.fire("give", jobs=orders)
    happened_once(rig, customers, orders, "every job came once")
    rig.fire("time_passes")
    rig.fire("give", jobs=[{**job, "id": order()["id"]} for job in orders])
    happened_once(rig, customers, orders, "every order came again, much later")


@pytest.mark.hint("The job is only the way the order came. Which field names the order itself?")
@pytest.mark.points(1)
def test_an_order_in_two_jobs_is_one_order(rig, customers, order):
    """The same order in two jobs with different ids happens once."""
    rig.fire("fresh", balances=customers)
    one = order()
    rig.fire("give", jobs=[one, {**one, "id": order()["id"]}])
    happened_once(rig, customers, [one], "one order came in two jobs")


@pytest.mark.hint("If you look first and act then, somebody else looks in between. One step: EVAL.")
@pytest.mark.points(2)
def test_two_workers_with_the_same_orders(rig, customers, order):
    """Two workers get the same forty orders at the same time: each happens once."""
    rig.fire("fresh", balances=customers, workers=2)
    orders = [order() for _ in range(40)]
    rig.fire("give", jobs=[job for job in orders for _ in range(2)])
    happened_once(rig, customers, orders, "two workers had every order")


@pytest.mark.hint("The mail is out, and nobody knows. The second run needs the same key.")
@pytest.mark.points(2)
def test_killed_after_the_mail(rig, customers, order):
    """The worker is killed when its mail is out but not answered: one charge, one mail."""
    rig.fire("fresh", balances=customers)
    one = order()
    rig.fire("set_mail", mode="after")
    rig.fire("give", jobs=[one])
    assert rig.fire("held"), "no mail came for the order"
    rig.fire("kill")
    happened_once(rig, customers, [one], "killed after the mail")


@pytest.mark.hint("'Begun' is not 'done': what is noted before the mail must not skip the mail.")
@pytest.mark.points(2)
def test_killed_before_the_mail(rig, customers, order):
    """The worker is killed when it is about to send the mail: both still happen, once."""
    rig.fire("fresh", balances=customers)
    one = order()
    rig.fire("set_mail", mode="before")
    rig.fire("give", jobs=[one])
    assert rig.fire("held"), "no mail came for the order"
    rig.fire("kill")
    happened_once(rig, customers, [one], "killed before the mail")


@pytest.mark.hint("Noting and charging must be one command. A script (EVAL) is one command.")
@pytest.mark.points(3)
def test_killed_between_any_two_commands(rig, customers, order):
    """Killed after its first command, its second and so on: each order still happens once."""
    rig.fire("fresh", balances=customers)
    orders = []
    for commands in range(1, MOST_COMMANDS + 1):
        orders.append(order())
        was_killed = rig.fire("kill_after", commands=commands, job=orders[-1])
        happened_once(rig, customers, orders, f"killed after command {commands} of a job")
        if not was_killed:
            break


@pytest.mark.hint("Let send_mail's exception through: the queue brings the job again.")
@pytest.mark.points(1)
def test_a_broken_mail_server_delays_and_loses_nothing(rig, customers, order):
    """While the mail server refuses, the job comes again and again; then it happens once."""
    rig.fire("fresh", balances=customers)
    one = order()
    rig.fire("set_mail", mode="broken")
    other = order()
    rig.fire("give", jobs=[one, other])
    wanted = [text(job)[1] for job in (one, other)]
    assert rig.fire("are_asked", texts=wanted), (
        "the mail server refused, and the worker did not go on with the next job, as if nothing"
        " had been raised"
    )
    assert rig.fire("stays", seconds=0.6), "the mail server refused, and the job counts as done"
    rig.fire("works_again")
    happened_once(rig, customers, [one, other], "the mail server was broken for a while")
