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
    // a file of mistakes compares every word with hundreds: nothing is allocated on the way
    let mut letters = ['\0'; WORD_MAX];
    for candidate in candidates {
        let mut count = 0;
        for (slot, letter) in letters.iter_mut().zip(candidate.chars()) {
            (*slot, count) = (letter, usize::saturating_add(count, 1));
        }
        let shared = shared_head(word, candidate);
        let name = letters.get(shared..count).unwrap_or_default();
        let typed = typed.get(shared..).unwrap_or_default();
        let allowed = typed.len().max(name.len()).div_ceil(3);
        if typed.len().abs_diff(name.len()) > allowed || candidate == word {
            continue;
        }
        let Some(distance) = distance(typed, name, allowed) else { continue };
        // among equals, the one of the same length is the likelier slip, then a letter left out
        let rank = (distance, typed.len().abs_diff(name.len()), typed.len() > name.len());
        if distance < typed.len() && best.is_none_or(|(least, _)| rank < least) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// Letters up to the last point that two paths share: `basket.` of `basket.pay` and `basket.paid` says nothing.
fn shared_head(a: &str, b: &str) -> usize {
    let same = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).map(|(x, _)| x);
    same.zip(1_usize..).filter(|(letter, _)| *letter == '.').last().map_or(0, |(_, count)| count)
}

/// Insertions, deletions, replacements and swaps of neighbours between two words of at most [`WORD_MAX`] letters; none
/// where there are more than `allowed`.
fn distance(a: &[char], b: &[char], allowed: usize) -> Option<usize> {
    type Line = [u8; WORD_MAX + 1];
    let get = |line: &Line, at: usize| line.get(at).copied().unwrap_or(u8::MAX);
    // the lines of the table that are still asked for: two above, the one above, this one
    let (mut before, mut above, mut current): (Line, Line, Line) =
        ([u8::MAX; WORD_MAX + 1], [0; WORD_MAX + 1], [0; WORD_MAX + 1]);
    for (cell, column) in above.iter_mut().zip(0..) {
        *cell = column;
    }
    let (mut previous_a, mut least_above) = (None, 0);
    for (row, &ca) in (1_u8..).zip(a) {
        let (mut left, mut previous_b, mut least_here) = (row, None, row);
        current[0] = row;
        for (column, &cb) in b.iter().enumerate() {
            let next = column.saturating_add(1);
            let replace = get(&above, column).saturating_add(u8::from(!ca.eq_ignore_ascii_case(&cb)));
            let mut least = replace.min(get(&above, next).saturating_add(1)).min(left.saturating_add(1));
            if previous_a == Some(cb) && previous_b == Some(ca) {
                least = least.min(get(&before, column.saturating_sub(1)).saturating_add(1));
            }
            if let Some(cell) = current.get_mut(next) {
                *cell = least;
            }
            (left, previous_b, least_here) = (least, Some(cb), least_here.min(least));
        }
        (before, above, current) = (above, current, before);
        // no way through two lines that are both too far away comes nearer again
        if usize::from(least_here.min(least_above)) > allowed {
            return None;
        }
        (previous_a, least_above) = (Some(ca), least_here);
    }
    Some(usize::from(get(&above, b.len()))).filter(|distance| *distance <= allowed)
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

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

    /// The same by the whole table, as it is defined.
    fn whole(a: &[char], b: &[char]) -> usize {
        let mut table = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
        for row in 0..=a.len() {
            for column in 0..=b.len() {
                table[row][column] = match (row, column) {
                    (0, far) | (far, 0) => far,
                    _ => {
                        let (ca, cb) = (a[row - 1], b[column - 1]);
                        let replaced = table[row - 1][column - 1] + usize::from(ca != cb);
                        let mut least =
                            replaced.min(table[row - 1][column] + 1).min(table[row][column - 1] + 1);
                        if row > 1 && column > 1 && ca == b[column - 2] && a[row - 2] == cb {
                            least = least.min(table[row - 2][column - 2] + 1);
                        }
                        least
                    }
                };
            }
        }
        table[a.len()][b.len()]
    }

    #[test]
    fn giving_up_early_changes_no_distance() {
        let mut dice = 1_u64;
        let mut roll = |below: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from((dice >> 33) % below).unwrap_or(0)
        };
        let mut near = 0;
        for _ in 0..20_000 {
            let mut word = || -> Vec<char> { (0..roll(9)).map(|_| ['a', 'b', 'c'][roll(3)]).collect() };
            let (a, b) = (word(), word());
            let far = whole(&a, &b);
            for allowed in 0..5 {
                assert_eq!(
                    distance(&a, &b, allowed),
                    (far <= allowed).then_some(far),
                    "{a:?} {b:?} {allowed}"
                );
            }
            near += usize::from(far <= 2);
        }
        assert!(near > 1_000);
        let long: Vec<char> = "x".repeat(super::WORD_MAX).chars().collect();
        assert_eq!(distance(&long, &long, 0), Some(0));
        assert_eq!(distance(&long, &[], super::WORD_MAX), Some(super::WORD_MAX));
    }
}
