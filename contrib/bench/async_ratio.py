"""1,000 calls in flight at 200 ms: purveyor beside bare aiohttp, in one process, in turns.

    python contrib/bench/async_ratio.py http://127.0.0.1:PORT/v1     # the harness's upstream.c

A separate process each, as run_clients.py has it, gives the garbage collector another heap to walk;
here both walk the same.
"""

import asyncio
import json
import statistics
import sys
import time

import aiohttp

import purveyor

CALLS, PASSES = 1000, 7


async def measure(base):
    """Give the CPU ratios and the wall times of all passes but the first, which opens connections."""
    llm = purveyor.OnlineChatModule(
        "openai_compatible:fake-d200", base_url=base, api_key="sk-fake-bench-key"
    )
    body = {"model": "fake-d200", "messages": [{"role": "user", "content": "hi"}]}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def bare():
            headers = {"Authorization": "Bearer sk-fake-bench-key"}
            url = f"{base}/chat/completions"
            async with session.post(url, json=body, headers=headers) as reply:
                return json.loads(await reply.read())["choices"][0]["message"]["content"]

        async def ours():
            return str(await llm.acall("hi"))

        async def run(call):
            cpu, wall = time.process_time(), time.perf_counter()
            await asyncio.gather(*[call() for _ in range(CALLS)])
            return time.process_time() - cpu, time.perf_counter() - wall

        runs = [(await run(bare), await run(ours)) for _ in range(PASSES)][1:]
    return [ours[0] / bare[0] for bare, ours in runs], [ours[1] for _, ours in runs]


ratios, walls = asyncio.run(measure(sys.argv[1]))
print(f"CPU by bare aiohttp: {statistics.median(ratios):.2f} (of {min(ratios):.2f} to {max(ratios):.2f})")
print(f"wall: {statistics.median(walls):.2f} s (of {min(walls):.2f} to {max(walls):.2f})")
