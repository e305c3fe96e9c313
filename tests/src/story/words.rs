//! A cursor over the words of one line.

/// The words still to be read.
pub(super) struct Words<'a> {
    words: Vec<&'a str>,
    next: usize,
}

impl<'a> Words<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { words: text.split_whitespace().collect(), next: 0 }
    }

    /// The next word, without taking it.
    pub(super) fn peek(&self) -> Option<&'a str> {
        self.words.get(self.next).copied()
    }

    /// The next word; `what` says in the error what should stand there.
    pub(super) fn take(&mut self, what: &str) -> Result<&'a str, String> {
        let word = self.peek().ok_or_else(|| format!("{what} is missing at the end of the line"))?;
        self.next += 1;
        Ok(word)
    }

    /// Takes these words if they come next.
    pub(super) fn eat(&mut self, phrase: &str) -> bool {
        let wanted: Vec<&str> = phrase.split_whitespace().collect();
        let found = self.words.get(self.next..).is_some_and(|rest| rest.starts_with(&wanted));
        if found {
            self.next += wanted.len();
        }
        found
    }

    /// Takes these words or says that they should stand here.
    pub(super) fn must(&mut self, phrase: &str) -> Result<(), String> {
        if self.eat(phrase) {
            return Ok(());
        }
        Err(self.peek().map_or_else(
            || format!("`{phrase}` is missing at the end of the line"),
            |word| format!("`{phrase}` should stand where `{word}` stands"),
        ))
    }

    /// A whole number.
    pub(super) fn number(&mut self, what: &str) -> Result<i64, String> {
        let word = self.take(what)?;
        word.parse().map_err(|_| format!("{what} should stand where `{word}` stands"))
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Result<(), String> {
        self.peek().map_or(Ok(()), |word| Err(format!("`{word}` is one word too many")))
    }
}
