//! What becomes of calls that their callers have given a name.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::watch;

use crate::proto::Progress;

/// All calls with a name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls(Arc<watch::Sender<HashMap<String, Progress>>>);

impl Calls {
    pub(crate) fn start(&self, name: String) -> Running {
        self.set(&name, Progress::Running);
        Running { calls: self.clone(), name, end: Progress::Dropped }
    }

    /// Waits until a call has come that far or has ended, and says which of them it is.
    pub(crate) async fn wait(&self, name: &str, until: Progress) -> Progress {
        let mut calls = self.0.subscribe();
        let come = |progress: Progress| progress == until || progress != Progress::Running;
        let found = calls.wait_for(|calls| calls.get(name).is_some_and(|progress| come(*progress))).await;
        found.ok().and_then(|calls| calls.get(name).copied()).unwrap_or_default()
    }

    fn set(&self, name: &str, progress: Progress) {
        if !name.is_empty() {
            self.0.send_modify(|calls| {
                calls.insert(name.to_owned(), progress);
            });
        }
    }
}

/// A call that has not ended. It counts as dropped if nobody says that it has finished.
#[derive(Debug)]
pub(crate) struct Running {
    calls: Calls,
    name: String,
    end: Progress,
}

impl Running {
    pub(crate) fn finish(mut self) {
        self.end = Progress::Finished;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.calls.set(&self.name, self.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_end_of_a_call_is_told_to_who_waits() {
        let calls = Calls::default();
        let waiting = tokio::spawn({
            let calls = calls.clone();
            async move { calls.wait("a", Progress::Dropped).await }
        });
        let running = calls.start("a".to_owned());
        assert_eq!(calls.wait("a", Progress::Running).await, Progress::Running);
        drop(running);
        assert_eq!(waiting.await.unwrap(), Progress::Dropped);
        calls.start("b".to_owned()).finish();
        assert_eq!(calls.wait("b", Progress::Dropped).await, Progress::Finished);
    }
}
