//! Which route of the table a request takes, by API Gateway's rules: the most specific one wins.

use handlers::Route;
use std::collections::BTreeMap;

/// The route for a method and a decoded path, with its path parameters.
pub(super) fn find<'r>(
    routes: &'r [Route],
    method: &str,
    path: &str,
) -> Option<(&'r Route, BTreeMap<&'r str, String>)> {
    let segments: Vec<&str> = path.split('/').collect();
    routes
        .iter()
        .filter(|route| route.method == method)
        .filter_map(|route| Some((route, parameters(route.path, &segments)?)))
        .max_by_key(|(route, _)| specificity(route.path))
}

/// Fixed segments before parameters, from the left.
fn specificity(pattern: &str) -> Vec<bool> {
    pattern.split('/').map(|segment| name(segment).is_none()).collect()
}

/// `id` of `{id}`.
fn name(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn parameters<'r>(pattern: &'r str, segments: &[&str]) -> Option<BTreeMap<&'r str, String>> {
    let patterns: Vec<&str> = pattern.split('/').collect();
    if patterns.len() != segments.len() {
        return None;
    }
    let mut found = BTreeMap::new();
    for (pattern, segment) in patterns.iter().zip(segments) {
        match name(pattern) {
            Some(_) if segment.is_empty() => return None,
            Some(name) => {
                found.insert(name, (*segment).to_owned());
            }
            None if pattern == segment => {}
            None => return None,
        }
    }
    Some(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test may fail by panicking
mod tests {
    use super::*;

    const fn route(method: &'static str, path: &'static str) -> Route {
        Route { method, path, function: "f", roles: &[] }
    }

    const ROUTES: [Route; 4] = [
        route("GET", "/v1/rules/{id}"),
        route("POST", "/v1/rules/activate"),
        route("POST", "/v1/rules/{id}"),
        route("POST", "/v1/purchases/{id}/returns"),
    ];

    #[test]
    fn a_fixed_segment_wins_over_a_parameter() {
        let (found, parameters) = find(&ROUTES, "POST", "/v1/rules/activate").unwrap();
        assert_eq!((found.path, parameters.len()), ("/v1/rules/activate", 0));
        let (found, parameters) = find(&ROUTES, "POST", "/v1/rules/7f3c").unwrap();
        assert_eq!((found.path, parameters["id"].as_str()), ("/v1/rules/{id}", "7f3c"));
    }

    #[test]
    fn method_length_and_empty_segments_decide() {
        assert!(find(&ROUTES, "PUT", "/v1/rules/activate").is_none());
        assert!(find(&ROUTES, "POST", "/v1/purchases//returns").is_none());
        assert!(find(&ROUTES, "POST", "/v1/purchases/A1/returns/").is_none());
        assert_eq!(find(&ROUTES, "POST", "/v1/purchases/A 1/returns").unwrap().1["id"], "A 1");
    }
}
