"""Speaks to the MCP server named by its arguments over stdio, with the protocol's own client: a JSON object a line comes in,
one goes out. The first line out is the server's answer to `initialize`."""

import asyncio
import json
import os
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


def say(answer):
    print(json.dumps(answer), flush=True)


async def main():
    server = StdioServerParameters(command=sys.argv[1], args=sys.argv[2:], env=dict(os.environ))
    async with stdio_client(server) as (reading, writing), ClientSession(reading, writing) as session:
        say((await session.initialize()).model_dump(mode="json"))
        while line := await asyncio.to_thread(sys.stdin.readline):
            order = json.loads(line)
            if "tool" in order:
                answer = await session.call_tool(order["tool"], order["arguments"])
            elif "prompt" in order:
                answer = await session.get_prompt(order["prompt"])
            elif "prompts" in order:
                answer = await session.list_prompts()
            else:
                answer = await session.list_tools()
            say(answer.model_dump(mode="json"))


asyncio.run(main())
