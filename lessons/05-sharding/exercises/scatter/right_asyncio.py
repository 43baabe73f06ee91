"""In an event loop, with a pool as large as the number of shards."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter


async def gather(shards, query, patience):
    if not shards:
        return {}
    loop = asyncio.get_running_loop()
    pool = ThreadPoolExecutor(len(shards))
    asked = {}
    for name, ask in shards.items():

        async def careful(ask=ask):
            def call():
                try:
                    return [ask(query)]
                except Exception:
                    return None

            return await loop.run_in_executor(pool, call)

        asked[name] = asyncio.create_task(careful())
    done, late = await asyncio.wait(asked.values(), timeout=patience)
    pool.shutdown(wait=False)
    answers = {name: task.result() for name, task in asked.items() if task in done}
    for task in late:
        task.cancel()
    return {name: answer[0] for name, answer in answers.items() if answer is not None}


def find_everywhere(shards, query, patience=1.0):
    answers = asyncio.run(gather(shards, query, patience))
    missing = sorted(name for name in shards if name not in answers)
    users = sorted((user for some in answers.values() for user in some), key=itemgetter("_id"))
    return dict(users=users, complete=missing == [], missing=missing)
