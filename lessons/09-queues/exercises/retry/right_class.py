"""A class that knows how a job ends, and random.uniform's formula."""


class Permanent(Exception):
    """This job can never be done."""


class Worker:
    def __init__(self, queue, do, wait, attempts):
        self.queue, self.do, self.wait, self.attempts = queue, do, wait, attempts

    def give_up_or_again(self, job, error):
        history = job.setdefault("history", [])
        history.append(str(error))
        if isinstance(error, Permanent) or len(history) >= self.attempts:
            self.queue.set_aside(job, history[-1])
        else:
            self.queue.put_back(job, self.wait(len(history)))

    def run(self):
        while True:
            job = self.queue.take()
            if job is None:
                break
            try:
                self.do(job)
            except BaseException as error:
                if not isinstance(error, Exception):
                    raise
                self.give_up_or_again(job, error)
                continue
            self.queue.done(job)


def delay(failed, base, longest, draw):
    most = float(base)
    while failed > 1 and most < longest:
        most, failed = most + most, failed - 1
    most = longest if most > longest else most
    return most - most * draw()


def work(queue, do, wait, attempts):
    Worker(queue, do, wait, attempts).run()
