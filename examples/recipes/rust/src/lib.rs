//! A client as one might write it: it makes a video, tries again when there are too many requests, and waits by polling.

use serde_json::{json, Value};
use std::{thread::sleep, time::Duration};

pub struct Client {
    pub base_url: String,
    pub token: String,
    /// The time between two looks at a pending task.
    pub poll_every: Duration,
}

#[derive(Debug)]
pub enum Error {
    /// What the API says went wrong: at once, or with the task.
    Api { code: String, message: String },
    Transport(ureq::Error),
}

impl From<ureq::Error> for Error {
    fn from(error: ureq::Error) -> Self {
        Error::Transport(error)
    }
}

impl Client {
    /// Makes a video. With more fields, such as `async` or `callback_url`, only `task_id` is there at once.
    pub fn create(&self, prompt: &str, more: Value) -> Result<Value, Error> {
        let mut body = json!({"action": "text2video", "model": "kling-v1", "prompt": prompt});
        if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
            body.extend(more.clone());
        }
        self.post("/kling/videos", &body)
    }

    /// Polls until the task has settled. A pending one has no `response`.
    pub fn wait(&self, task_id: &str) -> Result<Value, Error> {
        loop {
            let task = self.post("/kling/tasks", &json!({"id": task_id, "action": "retrieve"}))?;
            let result = &task["response"];
            match result["success"].as_bool() {
                Some(true) => return Ok(result.clone()),
                Some(false) => return Err(refusal(result)),
                None => sleep(self.poll_every),
            }
        }
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let url = format!("{}{path}", self.base_url);
        let mut tries = 4;
        loop {
            let mut answer = agent.post(&url).header("authorization", format!("Bearer {}", self.token)).send_json(body)?;
            tries -= 1;
            if answer.status() == 429 && tries > 0 {
                let after = answer.headers().get("retry-after").and_then(|text| text.to_str().ok()?.parse().ok());
                sleep(Duration::from_secs(after.unwrap_or(1)));
                continue;
            }
            let value: Value = answer.body_mut().read_json()?;
            return if answer.status() == 200 { Ok(value) } else { Err(refusal(&value)) };
        }
    }
}

fn refusal(body: &Value) -> Error {
    let text = |name: &str| body["error"][name].as_str().unwrap_or_default().to_string();
    Error::Api { code: text("code"), message: text("message") }
}
