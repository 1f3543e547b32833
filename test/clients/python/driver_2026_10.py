"""Goes through October's scenarios with the client that openapi-python-client generated."""

import hashlib
import json
import os
import time
from uuid import UUID

import httpx
from kling_client import AuthenticatedClient
from kling_client.api.tasks import query_tasks
from kling_client.api.videos import create_lip_sync, create_motion, create_talking_photo, create_video
from kling_client.models import (
    CreateMotion,
    CreateMotionCharacterOrientation,
    CreateMotionMode,
    CreateMotionModelName,
    CreateTalkingPhoto,
    ErrorBody,
    GatewayErrorBody,
    LipSyncFromText,
    LipSyncFromTextMode,
    RetrieveTask,
    Shot,
    TalkingPhotoResult,
    TaskAccepted,
    TaskRecord,
    TextToVideo,
    TextToVideoAction,
    TextToVideoMode,
    TextToVideoModel,
    TextToVideoShotType,
    VideoResult,
    Voice,
)
from kling_client.types import UNSET, Response, Unset

URL = os.environ["MOCKLING_URL"]
TOKEN = os.environ["MOCKLING_TOKEN"]

Refusal = ErrorBody | GatewayErrorBody
Answer = Response[Refusal | TaskAccepted | VideoResult]


def client(token: str = TOKEN) -> AuthenticatedClient:
    limit = httpx.Timeout(60)
    return AuthenticatedClient(base_url=URL, token=token, timeout=limit, raise_on_unexpected_status=True)


def motion(is_async: bool | Unset = UNSET, callback_url: str | Unset = UNSET) -> CreateMotion:
    return CreateMotion(
        image_url="https://example.com/figure.png",
        video_url="https://example.com/dance.mp4",
        character_orientation=CreateMotionCharacterOrientation.IMAGE,
        mode=CreateMotionMode.STD,
        model_name=CreateMotionModelName.KLING_V3,
        async_=is_async,
        callback_url=callback_url,
    )


def turbo(generate_audio: bool | Unset = UNSET) -> TextToVideo:
    return TextToVideo(
        action=TextToVideoAction.TEXT2VIDEO,
        model=TextToVideoModel.KLING_V3_TURBO,
        prompt="a white mug",
        duration=3,
        generate_audio=generate_audio,
    )


def tell(scenario: str, saw: dict[str, object]) -> None:
    print(json.dumps({"scenario": scenario, "saw": saw}), flush=True)


def common(video: VideoResult | TalkingPhotoResult) -> dict[str, object]:
    return {
        "success": video.success,
        "video_id": video.video_id,
        "video_url": video.video_url,
        "duration": video.duration,
        "state": video.state,
        "task_id": str(video.task_id),
    }


def seen(video: VideoResult) -> dict[str, object]:
    saw = common(video)
    if not isinstance(video.data, Unset):
        (item,) = video.data
        assert (item.id, item.video_url) == (video.task_id, video.video_url), item
        saw["data"] = {"model": item.model, "state": item.state, "duration": item.duration}
    if not isinstance(video.usage, Unset):
        saw["usage"] = video.usage.duration
    if not isinstance(video.cost, Unset):
        saw["cost"] = video.cost.amount
    return saw


def video_in(answer: Answer) -> VideoResult:
    assert isinstance(answer.parsed, VideoResult), answer
    return answer.parsed


def accepted_in(answer: Answer) -> UUID:
    assert isinstance(answer.parsed, TaskAccepted), answer
    return answer.parsed.task_id


def create(body: TextToVideo) -> Answer:
    return create_video.sync_detailed(client=client(), body=body)


def tell_refusal(scenario: str, answer: Answer) -> None:
    body = answer.parsed
    assert isinstance(body, Refusal), answer
    saw: dict[str, object] = {
        "status": answer.status_code.value,
        "code": body.error.code.value,
        "message": body.error.message,
    }
    if isinstance(body, ErrorBody):
        saw |= {"success": body.success, "task_id": str(body.task_id)}
    tell(scenario, saw)


def tell_download(url: str) -> None:
    reply = httpx.get(url)
    digest = hashlib.sha256(reply.content).hexdigest()
    kind = reply.headers["content-type"]
    tell("download", {"status": reply.status_code, "type": kind, "bytes": len(reply.content), "sha256": digest})


def settled(task_id: UUID) -> dict[str, object]:
    """Asks until the task has a response, and tells whether it had none at first."""
    for polls in range(400):
        record = query_tasks.sync(client=client(), body=RetrieveTask(id=str(task_id)))
        assert isinstance(record, TaskRecord), record
        if isinstance(record.response, VideoResult):
            return {"wasPending": polls > 0, "type": record.type_.value, **seen(record.response)}
        time.sleep(0.025)
    raise TimeoutError(f"task {task_id} does not settle")


def main() -> None:
    made = video_in(create(turbo()))
    tell("turbo", seen(made))
    tell_download(made.video_url)

    spoken = video_in(
        create(
            TextToVideo(
                action=TextToVideoAction.TEXT2VIDEO,
                model=TextToVideoModel.KLING_V2_6,
                mode=TextToVideoMode.PRO,
                generate_audio=True,
                prompt="a mug says <<<voice_1>>>",
                voice_list=[Voice(voice_id="v1")],
            )
        )
    )
    tell("voices", seen(spoken))

    story = TextToVideo(
        action=TextToVideoAction.TEXT2VIDEO,
        model=TextToVideoModel.KLING_V3,
        duration=5,
        multi_shot=True,
        shot_type=TextToVideoShotType.CUSTOMIZE,
        multi_prompt=[Shot(index=1, prompt="a mug", duration=2), Shot(index=2, prompt="it breaks", duration=3)],
    )
    tell("storyboard", seen(video_in(create(story))))

    speech = LipSyncFromText(
        mode=LipSyncFromTextMode.TEXT2VIDEO,
        text="Good morning.",
        voice_id="oversea_male1",
        video_id=spoken.video_id,
    )
    tell("lip-sync", seen(video_in(create_lip_sync.sync_detailed(client=client(), body=speech))))

    photo = CreateTalkingPhoto(image_url="https://example.com/face.png", audio_url="https://example.com/voice.mp3")
    talking = create_talking_photo.sync(client=client(), body=photo)
    assert isinstance(talking, TalkingPhotoResult), talking
    tell("talking photo", {**common(talking), "source_video_url": talking.source_video_url})

    moved = accepted_in(create_motion.sync_detailed(client=client(), body=motion(is_async=True)))
    tell("poll a motion", settled(moved))

    tell_refusal("refused by a rule: 400", create(turbo(generate_audio=False)))
    stranger = client("any.mockling-invalid_token")
    tell_refusal("refused by the gateway: 401", create_motion.sync_detailed(client=stranger, body=motion()))

    awaited = motion(callback_url=os.environ["MOCKLING_CALLBACK_URL"])
    tell("callback", {"task_id": str(accepted_in(create_motion.sync_detailed(client=client(), body=awaited)))})


main()
