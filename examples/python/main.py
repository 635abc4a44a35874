"""main.py SERVICE_ID expand|scaleDown TARGET: moves a database, and decides itself when writes are held."""

import asyncio
import os
import sys
from datetime import timedelta

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle, WorkflowQueryRejectedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ActivityError, ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError

ACTOR = "example-python"
QUEUE = os.environ.get("PGROW_TASK_QUEUE", "pgrow")
OPTIONS = {"cutover": "on_signal", "cutover_deadline": 600}
#: For one call, and for the whole move.
CALL_LIMIT = timedelta(seconds=10)
MOVE_LIMIT_SECONDS = 900


async def start(client: Client, workflow: str, request: dict) -> WorkflowHandle:
    """Temporal itself refuses a second operation on a database while one runs."""
    return await client.start_workflow(
        workflow,
        request,
        id=f"pgrow/{request['service_id']}",
        task_queue=QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
        rpc_timeout=CALL_LIMIT,
    )


def failure_of(error: WorkflowFailureError) -> ApplicationError:
    """An operation that was refused failed in an activity; one that had begun brings its document as details."""
    cause = error.cause.cause if isinstance(error.cause, ActivityError) else error.cause
    if isinstance(cause, ApplicationError):
        return cause
    raise error


async def ask_for_the_impossible(client: Client, service_id: str) -> None:
    """What does not fit is refused before anything is touched, with a code that stays."""
    request = {"service_id": service_id, "target_node": "postgres-99", "actor": ACTOR}
    try:
        await (await start(client, "switchover", request)).result()
    except WorkflowFailureError as error:
        failure = failure_of(error)
        print(f"refused: {failure.type}: {failure.message}", flush=True)


async def follow(handle: WorkflowHandle) -> None:
    """Until it ends. While no worker answers there is no progress to see, and the operation waits for one."""
    shown = None
    while (await handle.describe(rpc_timeout=CALL_LIMIT)).close_time is None:
        try:
            progress = await handle.query("progress", rpc_timeout=CALL_LIMIT)
        except (RPCError, WorkflowQueryRejectedError):
            progress = None
        if progress is not None and progress != shown:
            done = sum(step["status"] == "done" for step in progress["steps"])
            print(f"{done} of {len(progress['steps'])}", progress["waiting_for"] or "", flush=True)
            if progress.get("waits_for_message") == "cutover":
                # The new side is ready and follows the old one. A real service would wait here for a quiet moment.
                await handle.signal("cutover", {"actor": ACTOR}, rpc_timeout=CALL_LIMIT)
                print("cut over: signalled", flush=True)
            shown = progress
        await asyncio.sleep(1)


async def main(service_id: str, workflow: str = "expand", target: str = "ha") -> int:
    client = await Client.connect(
        os.environ.get("TEMPORAL_ADDRESS", "127.0.0.1:7233"), namespace=os.environ.get("TEMPORAL_NAMESPACE", "default")
    )
    request = {"service_id": service_id, "target": target, "options": OPTIONS, "actor": ACTOR}
    if workflow == "scaleDown":
        request |= {"grace_period": 0, "confirm": True}
    try:
        async with asyncio.timeout(MOVE_LIMIT_SECONDS):
            await ask_for_the_impossible(client, service_id)
            handle = await start(client, workflow, request)
            print(f"started {handle.first_execution_run_id}", flush=True)
            await follow(handle)
            operation = await handle.result()
    except WorkflowAlreadyStartedError:
        print("refused: operation_running", file=sys.stderr)
        return 1
    except WorkflowFailureError as error:
        failure = failure_of(error)
        print(f"{failure.type}: {failure.message}", file=sys.stderr)
        return 1
    stages = f"from stage {operation['from_stage']} to {operation['to_stage']}"
    print(f"{operation['status']}: {operation['type']} {stages}, writes held for {operation['stall_ms']} ms")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
