//! Slack messages by incoming webhook (<https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>).

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Uri, body::Bytes, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::json;

use crate::delivery::{DeliveryError, OutgoingMessage};

/// Time limit of a call.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum number of attempts, the first included.
const MAX_ATTEMPTS: usize = 3;
/// Maximum number of bytes that are read of a response.
const MAX_RESPONSE_BYTES: usize = 16 * 1024;

/// Client of one webhook.
pub struct SlackWebhook {
    webhook: Uri,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    first_pause: Duration,
}

impl SlackWebhook {
    /// Client for a webhook such as `https://hooks.slack.com/services/…`; `first_pause` is the pause before the second
    /// attempt.
    ///
    /// # Errors
    /// A sentence that names the problem, without the secret in the address.
    pub fn new(webhook: &str, first_pause: Duration) -> Result<Self, String> {
        let wrong = || {
            "SLACK_WEBHOOK_URL cannot be read; an address such as https://hooks.slack.com/services/… is expected."
                .to_owned()
        };
        let webhook: Uri = webhook.parse().map_err(|_| wrong())?;
        if !matches!(webhook.scheme_str(), Some("http" | "https")) || webhook.host().is_none() {
            return Err(wrong());
        }
        // A second call returns `Err` and changes nothing, because the first one installed the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|error| format!("The root certificates of this machine cannot be read: {error}."))?;
        Ok(Self {
            webhook,
            client: Client::builder(TokioExecutor::new()).build(connector.https_or_http().enable_http1().build()),
            first_pause,
        })
    }

    /// Sends a message. Retries only if Slack certainly did not accept it; after a timeout it may have.
    pub(crate) async fn send(&self, message: &OutgoingMessage) -> Result<(), DeliveryError> {
        let body = Bytes::from(json!({"text": message.text}).to_string());
        let pauses = ExponentialBuilder::default()
            .with_min_delay(self.first_pause)
            .with_max_times(MAX_ATTEMPTS - 1);
        let mut pauses = pauses.build();
        loop {
            let failure = match self.post(body.clone()).await {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            };
            match pauses.next().filter(|_| failure.is_transient) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(failure.error),
            }
        }
    }

    async fn post(&self, body: Bytes) -> Result<(), SlackRefusal> {
        let transient = |error: DeliveryError| SlackRefusal {
            error,
            is_transient: true,
        };
        let permanent = |error: DeliveryError| SlackRefusal {
            error,
            is_transient: false,
        };
        let request = Request::post(self.webhook.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .map_err(|error| permanent(DeliveryError::not_accepted(error)))?;
        let unknown = |what: &str| permanent(DeliveryError::Unknown(what.to_owned()));
        let answer = match tokio::time::timeout(TIMEOUT, self.client.request(request)).await {
            Err(_) => return Err(unknown("Slack did not answer in time")),
            Ok(Err(error)) if error.is_connect() => {
                return Err(transient(DeliveryError::not_accepted("Slack cannot be reached")));
            }
            Ok(Err(_)) => return Err(unknown("the connection to Slack broke")),
            Ok(Ok(answer)) => answer,
        };
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let words = Limited::new(answer.into_body(), MAX_RESPONSE_BYTES).collect().await;
        let words = words.map(|words| String::from_utf8_lossy(&words.to_bytes()).into_owned());
        let words: String = words.unwrap_or_default().chars().take(100).collect();
        let error = DeliveryError::not_accepted(format!("Slack answered {} {words}", status.as_u16()).trim_end());
        let is_transient = status.is_server_error() || status.as_u16() == 429;
        Err(SlackRefusal { error, is_transient })
    }
}

/// Failed attempt.
struct SlackRefusal {
    error: DeliveryError,
    /// Whether the failure is transient, and the message was certainly not accepted.
    is_transient: bool,
}
