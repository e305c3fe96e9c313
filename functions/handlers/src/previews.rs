//! `POST /v1/previews`
use crate::http::call::Call;
use crate::http::problem::{Problem, Reply};
use crate::http::respond::Answer;
#[allow(clippy::unused_async)]
pub(crate) async fn preview(_call: &Call<'_>) -> Reply<Answer> {
    Err(Problem::internal("previews"))
}
