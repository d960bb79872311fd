//! Access tokens of a service account, exchanged one at a time.
//!
//! The library `yup-oauth2` takes an error response of the token service for an empty token and caches it for good.
//! Here such a response is a transient failure, and the cached token is dropped with it.

use std::{future::Future, pin::Pin, sync::Arc};

use tokio::sync::Mutex;
use yup_oauth2::{
    CustomHyperClientBuilder, ServiceAccountAuthenticator, ServiceAccountKey, authenticator::Authenticator,
};

use crate::google::wire_types::{Connector, GetToken, HttpClient};

/// Tokens of one service account.
#[derive(Clone)]
pub(crate) struct AccessTokens(Arc<TokenSource>);

struct TokenSource {
    key: ServiceAccountKey,
    client: HttpClient,
    authenticator: Mutex<Option<Authenticator<Connector>>>,
}

/// The token service responded without a token.
#[derive(Debug, thiserror::Error)]
#[error("the token service answered without a token")]
pub(crate) struct MissingToken;

type BoxedError = Box<dyn std::error::Error + Send + Sync>;

impl AccessTokens {
    pub(crate) fn new(key: ServiceAccountKey, client: HttpClient) -> Self {
        Self(Arc::new(TokenSource {
            key,
            client,
            authenticator: Mutex::new(None),
        }))
    }

    /// Parses the private key, so that an invalid one is detected early.
    pub(crate) async fn read_key(&self) -> std::io::Result<()> {
        *self.0.authenticator.lock().await = Some(self.0.build().await?);
        Ok(())
    }

    /// Drops cached tokens, after the spreadsheet rejected one.
    pub(crate) async fn forget(&self) {
        *self.0.authenticator.lock().await = None;
    }
}

impl TokenSource {
    async fn build(&self) -> std::io::Result<Authenticator<Connector>> {
        let client = CustomHyperClientBuilder::from(self.client.clone());
        ServiceAccountAuthenticator::with_client(self.key.clone(), client)
            .build()
            .await
    }

    async fn token(&self, scopes: &[&str]) -> Result<Option<String>, BoxedError> {
        let mut kept = self.authenticator.lock().await;
        let authenticator = match kept.take() {
            Some(authenticator) => authenticator,
            None => self.build().await?,
        };
        let token = authenticator.token(scopes).await?;
        let token = token.token().ok_or(MissingToken)?.to_owned();
        *kept = Some(authenticator);
        Ok(Some(token))
    }
}

impl GetToken for AccessTokens {
    fn get_token<'a>(
        &'a self,
        scopes: &'a [&str],
    ) -> Pin<Box<dyn Future<Output = Result<Option<String>, BoxedError>> + Send + 'a>> {
        Box::pin(self.0.token(scopes))
    }
}
