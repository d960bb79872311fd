//! Tests of the token endpoint: a service account exchanges a signed assertion for an access token.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rsa::{
    pkcs1v15::SigningKey,
    pkcs8::DecodePrivateKey as _,
    sha2::Sha256,
    signature::{SignatureEncoding as _, Signer as _},
};
use serde_json::{Value, json};

use crate::world::World;

const SCOPE: &str = "https://www.googleapis.com/auth/spreadsheets";

/// Service-account key file with its signing key.
struct Account {
    key: SigningKey<Sha256>,
    file: Value,
}

impl Account {
    async fn of(world: &World) -> Self {
        let file: Value =
            serde_json::from_str(&world.emulator.service_account_key().await.expect("key")).expect("JSON");
        let pem = file["private_key"].as_str().expect("PEM");
        let key = SigningKey::new(rsa::RsaPrivateKey::from_pkcs8_pem(pem).expect("private key"));
        Self { key, file }
    }

    fn claims(&self) -> Value {
        let now = jiff::Timestamp::now().as_second();
        json!({"iss": self.file["client_email"], "aud": self.file["token_uri"], "scope": SCOPE, "iat": now, "exp": now + 3600})
    }

    fn sign(&self, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({"alg": "RS256", "typ": "JWT"})), part(claims));
        let signature = self.key.sign(signed.as_bytes()).to_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn ask(world: &World, assertion: &str) -> (u16, Value) {
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("assertion", assertion),
    ];
    let body = serde_urlencoded::to_string(form).expect("form");
    let request = world.client.post(format!("{}/token", world.emulator.url())).body(body);
    let answer = request
        .header("Content-Type", "application/x-www-form-urlencoded")
        .send()
        .await
        .expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

async fn read_with(world: &World, token: &str) -> u16 {
    let request = world.client.get(world.address("/values/A1")).bearer_auth(token);
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn a_signed_assertion_buys_a_token_that_opens_the_spreadsheet() {
    let world = World::new().await;
    let account = Account::of(&world).await;
    let (status, body) = ask(&world, &account.sign(&account.claims())).await;
    assert_eq!((status, &body["token_type"]), (200, &json!("Bearer")));
    assert_eq!(
        read_with(&world, body["access_token"].as_str().expect("token")).await,
        200
    );
    assert_eq!(read_with(&world, "guessed").await, 401);
    assert_eq!(
        world
            .client
            .get(world.address(""))
            .send()
            .await
            .expect("an answer")
            .status()
            .as_u16(),
        401
    );
}

#[tokio::test]
async fn a_token_for_reading_does_not_write() {
    let world = World::new().await;
    let account = Account::of(&world).await;
    let mut claims = account.claims();
    claims["scope"] = json!("https://www.googleapis.com/auth/spreadsheets.readonly");
    let (_, body) = ask(&world, &account.sign(&claims)).await;
    let token = body["access_token"].as_str().expect("token");
    assert_eq!(read_with(&world, token).await, 200);
    let clear = world
        .client
        .post(world.address("/values/A1:clear"))
        .bearer_auth(token)
        .send()
        .await
        .expect("an answer");
    assert_eq!(clear.status().as_u16(), 403);
}

#[tokio::test]
async fn an_assertion_that_is_wrong_anywhere_is_refused_in_googles_words() {
    let world = World::new().await;
    let account = Account::of(&world).await;
    let now = jiff::Timestamp::now().as_second();
    let changed = |name: &str, value: Value| {
        let mut claims = account.claims();
        claims[name] = value;
        account.sign(&claims)
    };
    let valid = account.sign(&account.claims());
    let (head, signature) = valid.rsplit_once('.').expect("three parts");
    let mut flipped = URL_SAFE_NO_PAD.decode(signature).expect("base64");
    flipped[7] ^= 1;
    let forged = format!("{head}.{}", URL_SAFE_NO_PAD.encode(flipped));
    let old = changed("exp", json!(now - 4000));
    for (assertion, error, start) in [
        (forged, "invalid_grant", "Invalid JWT Signature."),
        (
            old,
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes)",
        ),
        (
            changed("exp", json!(now + 90_000)),
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token",
        ),
        (
            changed("iat", json!(now + 3000)),
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token",
        ),
        (
            changed("aud", json!("https://elsewhere.example/token")),
            "invalid_grant",
            "Invalid JWT: Invalid audience.",
        ),
        (
            changed("iss", json!("someone@example.com")),
            "invalid_grant",
            "Invalid grant: account not found",
        ),
        (changed("scope", json!("")), "invalid_scope", "Invalid OAuth scope"),
        ("a.b".to_owned(), "invalid_request", "Bad Request"),
    ] {
        let (status, body) = ask(&world, &assertion).await;
        assert_eq!((status, &body["error"]), (400, &json!(error)), "{body}");
        assert!(
            body["error_description"]
                .as_str()
                .unwrap_or_default()
                .starts_with(start),
            "{body}"
        );
    }
}
