//! The nearest of some names to a mistyped one.

/// Longest word worth comparing, in characters.
const WORD_MAX: usize = 64;

/// The candidate closest to `word`, if it is close enough to be what was meant. Ties go to the first.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let typed: Vec<char> = word.chars().take(WORD_MAX.saturating_add(1)).collect();
    if typed.is_empty() || typed.len() > WORD_MAX {
        return None;
    }
    let mut best: Option<((usize, usize, bool), &str)> = None;
    for candidate in candidates {
        let name: Vec<char> = candidate.chars().take(WORD_MAX).collect();
        let shared = shared_head(word, candidate);
        let (typed, name) = (typed.get(shared..).unwrap_or_default(), name.get(shared..).unwrap_or_default());
        let allowed = typed.len().max(name.len()).div_ceil(3);
        if typed.len().abs_diff(name.len()) > allowed || candidate == word {
            continue;
        }
        let distance = distance(typed, name);
        // among equals, the one of the same length is the likelier slip, then a letter left out
        let rank = (distance, typed.len().abs_diff(name.len()), typed.len() > name.len());
        if distance <= allowed && distance < typed.len() && best.is_none_or(|(least, _)| rank < least) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// Letters up to the last point that two paths share: `basket.` of `basket.pay` and `basket.paid` says nothing.
fn shared_head(a: &str, b: &str) -> usize {
    let same = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).map(|(x, _)| x);
    let same: Vec<char> = same.collect();
    same.iter().rposition(|c| *c == '.').map_or(0, |at| at.saturating_add(1))
}

/// Insertions, deletions, replacements and swaps of neighbours between two words.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut previous_a = None;
    for (row, &ca) in a.iter().enumerate() {
        let mut current = vec![row.saturating_add(1)];
        let mut previous_b = None;
        for (column, &cb) in b.iter().enumerate() {
            let get = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
            let next = column.saturating_add(1);
            let replace = get(&above, column).saturating_add(usize::from(!ca.eq_ignore_ascii_case(&cb)));
            let mut least =
                replace.min(get(&above, next).saturating_add(1)).min(get(&current, column).saturating_add(1));
            if previous_a == Some(cb) && previous_b == Some(ca) && column > 0 {
                least = least.min(get(&before, column.saturating_sub(1)).saturating_add(1));
            }
            current.push(least);
            previous_b = Some(cb);
        }
        before = std::mem::replace(&mut above, current);
        previous_a = Some(ca);
    }
    above.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn suggests_what_was_meant_and_nothing_far_fetched() {
        let tiers = ["insider", "vib", "rouge"];
        assert_eq!(nearest("roug", tiers), Some("rouge"));
        assert_eq!(nearest("ruoge", tiers), Some("rouge"));
        assert_eq!(nearest("vip", tiers), Some("vib"));
        assert_eq!(nearest("opn", ["on", "open"]), Some("open"));
        assert_eq!(nearest("gold", tiers), None);
        assert_eq!(nearest("", tiers), None);
        assert_eq!(nearest(&"x".repeat(1000), tiers), None);
    }
}
