//! The messages of a call that sends many.

use std::time::Duration;
use std::vec;

use tokio::time::sleep;
use tower_connect::{Messages, Sender};

use super::cancel::Cancel;

/// Messages that are still to be sent, and where to.
pub(super) struct Upload<T> {
    sender: Option<Sender<T>>,
    messages: vec::IntoIter<T>,
    delay: Duration,
}

impl<T: Send + 'static> Upload<T> {
    /// An upload with a pause before each message, and what a call takes of it.
    pub(super) fn new(messages: Vec<T>, delay: Duration) -> (Self, Messages<T>) {
        // The first message is sent before anybody asks for it.
        let (sender, requests) = Messages::channel(1);
        (Self { sender: Some(sender), messages: messages.into_iter(), delay }, requests)
    }

    /// Sends one message. Whether there was one, and somebody who takes it, is returned.
    pub(super) async fn next(&mut self) -> bool {
        let (Some(message), Some(sender)) = (self.messages.next(), &self.sender) else { return false };
        if !self.delay.is_zero() {
            sleep(self.delay).await;
        }
        // Why nobody takes it any more is told by the response.
        sender.send(message).await.is_ok()
    }

    /// Sends all that is left, and ends when the call is to be given up.
    pub(super) async fn until_given_up(&mut self, cancel: Cancel) {
        while self.next().await {}
        if cancel == Cancel::BeforeCloseSend {
            return;
        }
        self.sender = None;
        cancel.after_close_send().await;
    }
}
