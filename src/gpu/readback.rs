//! Reading a buffer back without ever blocking in a browser.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use super::device::{GpuDevice, engine_error};
use crate::model::LabError;
use crate::words::messages as says;

/// A value that a callback leaves for one waiting task.
struct Mailbox<T> {
    value: Option<T>,
    waker: Option<Waker>,
}

/// The waiting side of a [`Mailbox`].
struct Delivery<T>(Arc<Mutex<Mailbox<T>>>);

impl<T> Future for Delivery<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut mailbox = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = mailbox.value.take() {
            return Poll::Ready(value);
        }
        mailbox.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

thread_local! {
    /// Submits nothing to the queue whose answer is being waited for.
    static AWAITED: RefCell<Option<Box<dyn Fn()>>> = const { RefCell::new(None) };
}

/// Submits nothing to the queue that somebody waits for. Firefox looks for finished work only every
/// 100 ms unless something is submitted; calling this every few milliseconds while a read-back is
/// under way brings its answer in about 8 ms.
pub fn nudge() {
    AWAITED.with_borrow(|awaited| {
        if let Some(submit) = awaited {
            submit();
        }
    });
}

/// A buffer that the host can read, kept from one observation to the next.
#[derive(Debug, Default)]
pub(super) struct Staging {
    buffer: Option<wgpu::Buffer>,
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Some(buffer) = &self.buffer {
            buffer.destroy();
        }
    }
}

impl Staging {
    /// The buffer, at least `size` bytes long. It is taken out until [`Staging::read`] puts it back:
    /// a task that is dropped while it waits leaves a mapped buffer that nobody must use.
    pub(super) fn take(&mut self, device: &wgpu::Device, size: u64) -> wgpu::Buffer {
        match self.buffer.take() {
            Some(buffer) if buffer.size() >= size => buffer,
            old => {
                if let Some(old) = old {
                    old.destroy();
                }
                device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some("staging"),
                    size,
                    usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                })
            }
        }
    }

    /// Waits for the submitted copies into `buffer` and hands its first `size` bytes to `parse`.
    pub(super) async fn read<R>(
        &mut self,
        gpu: &GpuDevice,
        buffer: wgpu::Buffer,
        size: u64,
        parse: impl FnOnce(&[u8]) -> R,
    ) -> Result<R, LabError> {
        let mailbox = Arc::new(Mutex::new(Mailbox { value: None, waker: None }));
        let sender = Arc::clone(&mailbox);
        buffer.slice(..size).map_async(wgpu::MapMode::Read, move |result| {
            let mut mailbox = sender.lock().unwrap_or_else(PoisonError::into_inner);
            mailbox.value = Some(result);
            if let Some(waker) = mailbox.waker.take() {
                drop(mailbox);
                waker.wake();
            }
        });
        // In a browser the callback comes from the event loop and polling does nothing.
        #[cfg(not(target_arch = "wasm32"))]
        if let Err(error) = gpu.device().poll(wgpu::PollType::wait_indefinitely()) {
            gpu.check()?;
            return Err(engine_error(says::gpu_silent(error.to_string())));
        }
        let queue = gpu.queue().clone();
        AWAITED.set(Some(Box::new(move || {
            queue.submit([]);
        })));
        let mapped = Delivery(mailbox).await;
        AWAITED.set(None);
        gpu.check()?;
        mapped.map_err(|_| engine_error(says::gpu_unreadable()))?;
        let view = buffer
            .slice(..size)
            .get_mapped_range()
            .map_err(|error| engine_error(says::gpu_unreadable_because(error.to_string())))?;
        let result = parse(&view);
        drop(view);
        buffer.unmap();
        self.buffer = Some(buffer);
        Ok(result)
    }
}
