"""Calls the SDK `acedatacloud` as it is told: a JSON object a line comes in, one goes out. The SDK is as it was released."""

import asyncio
import inspect
import json
import sys

import acedatacloud


async def awaited(value):
    return await value if inspect.isawaitable(value) else value


async def carry_out(order):
    make = acedatacloud.AsyncAceDataCloud if order["isAsync"] else acedatacloud.AceDataCloud
    client = make(**order["client"])
    try:
        found = client
        for name in order["call"].split("."):
            found = getattr(found, name)
        if "arguments" not in order:
            return [name for name in dir(found) if not name.startswith("_")]
        value = await awaited(found(**order["arguments"]))
        for name, arguments in order["followUp"]:
            value = await awaited(getattr(value, name)(**arguments))
        return value
    finally:
        await awaited(client.close())


def described(error):
    kinds = [kind.__name__ for kind in type(error).__mro__]
    facts = {name: getattr(error, name, None) for name in ("code", "status_code", "trace_id")}
    return {"type": kinds[0], "isOwn": "AceDataCloudError" in kinds, "message": str(error), **facts}


for line in sys.stdin:
    try:
        answer = {"value": asyncio.run(carry_out(json.loads(line)))}
    except Exception as error:
        answer = {"error": described(error)}
    print(json.dumps(answer, default=lambda value: type(value).__name__), flush=True)
