//! A single-threaded executor on a virtual clock. The seed chooses which runnable task goes on, so every interleaving
//! of a run can be had again; time moves only when nothing can run.
//!
//! What it never does: look at the host's clock, or start a thread.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Which tasks can go on.
#[derive(Default)]
struct Ready(Mutex<Vec<usize>>);

struct TaskWaker {
    task: usize,
    ready: Arc<Ready>,
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        let mut ready = self.ready.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !ready.contains(&self.task) {
            ready.push(self.task);
        }
    }
}

#[derive(Default)]
struct World {
    now: Duration,
    timers: BinaryHeap<Reverse<(Duration, usize)>>,
    /// Who waits for a timer; gone when it no longer does.
    sleepers: Vec<Option<Waker>>,
    tasks: Vec<Option<Work>>,
    wakers: Vec<Waker>,
    arrived: Vec<Work>,
    ready: Arc<Ready>,
    polls: u64,
}

thread_local! {
    static WORLD: RefCell<World> = RefCell::new(World::default());
    static LABEL: Cell<u64> = const { Cell::new(0) };
}

fn with<R>(look: impl FnOnce(&mut World) -> R) -> R {
    WORLD.with_borrow_mut(look)
}

/// Virtual time since the run began.
pub fn now() -> Duration {
    with(|world| world.now)
}

/// Starts a task.
pub fn spawn(work: impl Future<Output = ()> + Send + 'static) {
    with(|world| world.arrived.push(Box::pin(work)));
}

/// Waits for a while.
pub fn sleep(duration: Duration) -> Sleep {
    Sleep { at: now().saturating_add(duration), slot: None }
}

/// Waits until a moment of the run.
pub const fn sleep_until(at: Duration) -> Sleep {
    Sleep { at, slot: None }
}

/// Waits on the virtual clock.
#[derive(Debug)]
pub struct Sleep {
    at: Duration,
    slot: Option<usize>,
}

impl Future for Sleep {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let at = self.at;
        with(|world| {
            if world.now >= at {
                return Poll::Ready(());
            }
            let slot = *self.slot.get_or_insert_with(|| {
                world.sleepers.push(None);
                let slot = world.sleepers.len() - 1;
                world.timers.push(Reverse((at, slot)));
                slot
            });
            world.sleepers[slot] = Some(context.waker().clone());
            Poll::Pending
        })
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            // The world itself may be going down, and take its tasks with it.
            let _ = WORLD.try_with(|world| {
                if let Ok(mut world) = world.try_borrow_mut()
                    && let Some(sleeper) = world.sleepers.get_mut(slot)
                {
                    *sleeper = None;
                }
            });
        }
    }
}

/// What a future gives, or `None` when it takes longer; it is dropped then, wherever it stands.
pub async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut end = Box::pin(sleep(limit));
    std::future::poll_fn(move |context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// The label of the work that is being polled; 0 without one. See [`labelled`].
pub fn label() -> u64 {
    LABEL.get()
}

/// Lets [`label`] tell whose work is going on, whenever this future is polled.
pub async fn labelled<F: Future>(label: u64, future: F) -> F::Output {
    let mut future = Box::pin(future);
    std::future::poll_fn(move |context| {
        let before = LABEL.replace(label);
        let polled = future.as_mut().poll(context);
        LABEL.set(before);
        polled
    })
    .await
}

/// Runs until every task is done, or none can go on any more. Returns how often tasks were polled.
pub fn run(seed: u64, main: impl Future<Output = ()> + Send + 'static) -> u64 {
    with(|world| *world = World::default());
    let ready = with(|world| Arc::clone(&world.ready));
    let mut random = fastrand::Rng::with_seed(seed ^ 0x5c4e_d01e);
    spawn(main);
    loop {
        admit();
        let chosen = {
            let mut ready = ready.0.lock().unwrap_or_else(PoisonError::into_inner);
            let waiting = ready.len();
            if waiting == 0 { None } else { Some(ready.swap_remove(random.usize(..waiting))) }
        };
        match chosen {
            Some(task) => go_on(task),
            None if advance() => {}
            None => break,
        }
    }
    // Tasks that are stuck are dropped outside the borrow: their drops look at the world.
    let left = with(|world| (std::mem::take(&mut world.tasks), world.polls));
    drop(left.0);
    left.1
}

/// Takes in tasks that were started.
fn admit() {
    with(|world| {
        for work in std::mem::take(&mut world.arrived) {
            let task = world.tasks.len();
            world.tasks.push(Some(work));
            let waker = Waker::from(Arc::new(TaskWaker { task, ready: Arc::clone(&world.ready) }));
            waker.wake_by_ref();
            world.wakers.push(waker);
        }
    });
}

fn go_on(task: usize) {
    let (work, waker) = with(|world| {
        world.polls += 1;
        (world.tasks[task].take(), world.wakers[task].clone())
    });
    let Some(mut work) = work else { return };
    if work.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
        with(|world| world.tasks[task] = Some(work));
    }
}

/// Moves time to the next timer somebody waits for; false when there is none.
fn advance() -> bool {
    let sleeper = with(|world| {
        while let Some(Reverse((at, slot))) = world.timers.pop() {
            if let Some(waker) = world.sleepers[slot].take() {
                world.now = world.now.max(at);
                return Some(waker);
            }
        }
        None
    });
    sleeper.map(Waker::wake).is_some()
}
