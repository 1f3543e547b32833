import httpx
import pytest
import requests

import videos


def test_makes_a_video_that_plays(mockling):
    video = videos.create("a white mug", mockling.token)
    file = requests.get(video["video_url"])
    assert file.headers["content-type"] == "video/mp4"
    assert file.content[4:8] == b"ftyp"


def test_waits_by_polling(mockling):
    task = videos.create("a white mug", mockling.token, **{"async": True})
    result = videos.wait(task["task_id"], mockling.token, every=0.01)
    assert result["state"] == "succeed"


def test_is_called_back(mockling, receiver):
    task = videos.create("a white mug", mockling.token, callback_url=receiver.url)
    body = receiver.bodies.get(timeout=10)
    assert body["task_id"] == task["task_id"]
    assert httpx.get(body["video_url"], headers={"range": "bytes=4-7"}).content == b"ftyp"


def test_tries_again_when_there_are_too_many_requests(mockling):
    mockling.will("refuse too_many_requests", times=2)
    assert videos.create("a white mug", mockling.token)["success"] is True


def test_tells_of_a_task_that_fails(mockling):
    mockling.will("fail forbidden after=30")
    task = videos.create("a white mug", mockling.token, **{"async": True})
    with pytest.raises(videos.GenerationFailed, match="forbidden"):
        videos.wait(task["task_id"], mockling.token, every=0.01)


def test_tells_of_an_answer_that_was_held_and_failed(mockling):
    # Where there is no control door at hand, the prompt says what is to happen.
    with pytest.raises(requests.HTTPError) as failed:
        videos.create("a white mug [[mockling:fail api_error]]", mockling.token)
    assert failed.value.response.status_code == 500
