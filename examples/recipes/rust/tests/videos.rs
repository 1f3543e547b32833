use serde_json::{json, Value};
use std::{env, io::Read, time::Duration};
use videos::{Client, Error};

/// A client with a token of one test alone: its tasks, clock and rules are its own.
fn client(token: &str) -> Client {
    let base_url = env::var("MOCKLING_URL").expect("run this as: mockling exec --clock auto-skip --pace real -- cargo test");
    Client { base_url, token: token.into(), poll_every: Duration::from_millis(10) }
}

/// The next create goes through this: `mockling outcomes` lists what there is.
fn will(client: &Client, effects: &str) {
    let rule = json!({"token": client.token, "effects": effects, "next": 1});
    ureq::post(format!("{}/_mockling/v1/rules", client.base_url)).send_json(&rule).expect("a rule is made");
}

fn code(result: Result<Value, Error>) -> String {
    match result {
        Err(Error::Api { code, .. }) => code,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn makes_a_video_that_plays() {
    let video = client("plays").create("a white mug", json!({})).unwrap();
    let mut file = ureq::get(video["video_url"].as_str().unwrap()).call().unwrap();
    let mut head = [0; 8];
    file.body_mut().as_reader().read_exact(&mut head).unwrap();
    assert_eq!(&head[4..], b"ftyp");
}

#[test]
fn waits_by_polling() {
    let client = client("polls");
    let task = client.create("a white mug", json!({"async": true})).unwrap();
    let result = client.wait(task["task_id"].as_str().unwrap()).unwrap();
    assert_eq!(result["state"], "succeed");
}

#[test]
fn tries_again_when_there_are_too_many_requests() {
    let client = client("tries-again");
    will(&client, "refuse too_many_requests retry-after=1");
    assert_eq!(client.create("a white mug", json!({})).unwrap()["success"], true);
}

#[test]
fn tells_of_a_task_that_fails() {
    let client = client("fails");
    will(&client, "fail forbidden after=30");
    let task = client.create("a white mug", json!({"async": true})).unwrap();
    assert_eq!(code(client.wait(task["task_id"].as_str().unwrap())), "forbidden");
    assert_eq!(code(client.create("a white mug [[mockling:fail api_error]]", json!({}))), "api_error");
}
