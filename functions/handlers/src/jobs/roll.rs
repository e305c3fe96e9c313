//! The roll of all members of a merchant: listed by the day of the year they enrolled on, page by page.

use super::{JobError, OutOfTime, PAGE, Report};
use crate::App;
use domain::entry::Occasion;
use domain::ids::{MemberId, TenantId};
use dsl::calendar::{day_of, ymd};
use dsl::units::Day;

/// The next members after a place (`02-28#ann`; empty at the start), and the place after them; none at the end.
pub(super) async fn next(
    app: &App,
    tenant: &TenantId,
    place: &str,
    out_of_time: OutOfTime<'_>,
    report: &mut Report,
) -> Result<Option<(Vec<MemberId>, String)>, JobError> {
    let (from, after) = place.split_once('#').unwrap_or(("", ""));
    for date in dates() {
        let list = format!("{:02}-{:02}", date.0, date.1);
        if list.as_str() < from {
            continue;
        }
        if out_of_time() {
            return Err(JobError::OutOfTime(*report));
        }
        let after = if list == from { after } else { "" };
        let page = app.store.celebrating(tenant, Occasion::Anniversary, date, after, PAGE).await?;
        report.spent(page.meter);
        if let Some((last, _)) = page.members.last() {
            // `~` comes after every id: nobody is left on this date
            let place = if page.more { format!("{list}#{last}") } else { format!("{list}#~") };
            return Ok(Some((page.members.into_iter().map(|(_, member)| member).collect(), place)));
        }
    }
    Ok(None)
}

/// Months and days of a leap year.
fn dates() -> impl Iterator<Item = (u8, u8)> {
    let first = day_of(2000, 1, 1).map_or(0, |day| day.0);
    (0..366).map(move |day| {
        let (_, month, of_month) = ymd(Day(first.saturating_add(day)));
        (month, of_month)
    })
}
