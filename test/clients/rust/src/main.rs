//! Goes through the scenarios with the client that openapi-generator generated.

use std::env;
use std::error::Error;
use std::time::Duration;

use kling_client::apis::configuration::Configuration;
use kling_client::apis::tasks_api::query_tasks;
use kling_client::apis::videos_api::{CreateVideoError, create_video};
use kling_client::apis::{self, ResponseContent};
use kling_client::models::{
    CreateVideo, CreateVideo200Response, ErrorBody, ExtendVideo, ImageToVideo, QueryTasks200Response, RetrieveTask,
    TaskQuery, TaskRecordResponse, TextToVideo, VideoResult, extend_video, image_to_video, text_to_video,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

type Outcome<T> = Result<T, Box<dyn Error>>;
type Answer = Result<CreateVideo200Response, apis::Error<CreateVideoError>>;

fn tell(scenario: &str, saw: Value) {
    println!("{}", json!({ "scenario": scenario, "saw": saw }));
}

fn configuration(token: &str) -> Outcome<Configuration> {
    Ok(Configuration {
        base_path: env::var("MOCKLING_URL")?,
        bearer_access_token: Some(token.to_owned()),
        ..Configuration::default()
    })
}

fn usual() -> Outcome<Configuration> {
    configuration(&env::var("MOCKLING_TOKEN")?)
}

fn mug() -> TextToVideo {
    TextToVideo {
        model: Some(text_to_video::Model::KlingV1),
        ..TextToVideo::new(text_to_video::Action::Text2video, "a white mug".to_owned())
    }
}

fn unawaited_mug() -> TextToVideo {
    TextToVideo { r#async: Some(true), ..mug() }
}

async fn create(video: TextToVideo, outcome: Option<&str>) -> Outcome<Answer> {
    Ok(create_video(&usual()?, CreateVideo::Text2video(Box::new(video)), outcome).await)
}

fn video_in(answer: Answer) -> Outcome<VideoResult> {
    match answer? {
        CreateVideo200Response::VideoResult(video) => Ok(*video),
        CreateVideo200Response::TaskAccepted(task) => Err(format!("no video: {task:?}").into()),
    }
}

fn accepted_in(answer: Answer) -> Outcome<Uuid> {
    match answer? {
        CreateVideo200Response::TaskAccepted(task) => Ok(task.task_id),
        CreateVideo200Response::VideoResult(video) => Err(format!("no task alone: {video:?}").into()),
    }
}

fn seen(video: &VideoResult) -> Value {
    json!({
        "success": video.success,
        "video_id": video.video_id,
        "video_url": video.video_url,
        "duration": video.duration,
        "state": video.state,
        "task_id": video.task_id,
    })
}

/// All statuses have one body, and the generated enum takes it for that of the first.
fn body_of(error: CreateVideoError) -> Option<ErrorBody> {
    match error {
        CreateVideoError::Status400(body) => Some(body),
        _ => None,
    }
}

fn tell_refusal(scenario: &str, answer: Answer) -> Outcome<()> {
    let Err(apis::Error::ResponseError(ResponseContent { status, content, entity })) = answer else {
        return Err(format!("{scenario}: {answer:?}").into());
    };
    let body = entity.and_then(body_of).ok_or(content)?;
    tell(
        scenario,
        json!({
            "status": status.as_u16(),
            "success": body.success,
            "code": body.error.code,
            "message": body.error.message,
        }),
    );
    Ok(())
}

async fn tell_download(url: &str) -> Outcome<()> {
    let reply = reqwest::get(url).await?;
    let status = reply.status().as_u16();
    let kind = reply.headers()["content-type"].to_str()?.to_owned();
    let bytes = reply.bytes().await?;
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    tell("download", json!({ "status": status, "type": kind, "bytes": bytes.len(), "sha256": digest }));
    Ok(())
}

/// Asks until the task has a response. Also tells whether it had none at first.
async fn settled(id: Uuid) -> Outcome<(bool, TaskRecordResponse)> {
    for polls in 0..400 {
        let query = TaskQuery::RetrieveTask(Box::new(RetrieveTask::new(id.to_string())));
        let QueryTasks200Response::TaskRecord(record) = query_tasks(&usual()?, query).await? else {
            return Err(format!("no task {id}").into());
        };
        if let Some(Some(response)) = record.response {
            return Ok((polls > 0, *response));
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    Err(format!("task {id} does not settle").into())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let first = video_in(create(mug(), None).await?)?;
    tell("held", seen(&first));
    tell_download(&first.video_url).await?;

    let extend = ExtendVideo {
        model: Some(extend_video::Model::KlingV1),
        ..ExtendVideo::new(extend_video::Action::Extend, "a white mug".to_owned(), first.video_id)
    };
    tell("extend", seen(&video_in(create_video(&usual()?, CreateVideo::Extend(Box::new(extend)), None).await)?));

    let (was_pending, response) = settled(accepted_in(create(unawaited_mug(), None).await?)?).await?;
    let TaskRecordResponse::VideoResult(video) = response else {
        return Err(format!("the task failed: {response:?}").into());
    };
    let mut polled = seen(&video);
    polled["wasPending"] = json!(was_pending);
    tell("poll", polled);

    let failing = accepted_in(create(unawaited_mug(), Some("fail forbidden")).await?)?;
    let (was_pending, response) = settled(failing).await?;
    let TaskRecordResponse::ErrorBody(body) = response else {
        return Err(format!("the task succeeded: {response:?}").into());
    };
    tell("poll a failure", json!({ "wasPending": was_pending, "task_id": failing, "code": body.error.code }));

    tell_refusal("refused: 400", create(TextToVideo { duration: Some(7), ..mug() }, None).await?)?;
    let stranger = configuration("any.mockling-invalid_token")?;
    let body = CreateVideo::Text2video(Box::new(mug()));
    tell_refusal("refused: 401", create_video(&stranger, body, None).await)?;
    tell_refusal("refused: 429", create(mug(), Some("refuse too_many_requests")).await?)?;
    tell_refusal("held failure: 500", create(mug(), Some("fail api_error")).await?)?;

    let image = ImageToVideo {
        model: Some(image_to_video::Model::KlingV16),
        mode: Some(image_to_video::Mode::Pro),
        callback_url: Some(env::var("MOCKLING_CALLBACK_URL")?),
        ..ImageToVideo::new(image_to_video::Action::Image2video, "https://example.com/start.png".to_owned())
    };
    let called = create_video(&usual()?, CreateVideo::Image2video(Box::new(image)), None).await;
    tell("callback", json!({ "task_id": accepted_in(called)? }));
    Ok(())
}
