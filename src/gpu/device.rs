//! The device and its compiled kernels, shared by all engines of a page.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::layout::StepParams;
use super::sources::Sources;
use crate::model::{LabError, LabErrorCode};
use crate::words::{Says, messages as says};

/// What the adapter says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterDescription {
    /// Its name, as far as the browser tells.
    pub name: String,
    /// Whether it runs on the CPU (`SwiftShader`, lavapipe): slower than the CPU engine.
    pub is_fallback: bool,
}

/// A device with the engine's kernels. Clones share it.
#[derive(Clone, Debug)]
pub struct GpuDevice {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    device: wgpu::Device,
    queue: wgpu::Queue,
    fault: Fault,
    layout: wgpu::BindGroupLayout,
    pipeline_layout: wgpu::PipelineLayout,
    kernels: Kernels,
    step_text: String,
    /// By the room that they have for a layer.
    steps_with_network: Mutex<Vec<(usize, wgpu::ComputePipeline)>>,
}

/// The compiled kernels.
#[derive(Debug)]
pub(super) struct Kernels {
    pub initialise: wgpu::ComputePipeline,
    pub step: wgpu::ComputePipeline,
    pub bins: wgpu::ComputePipeline,
    pub measure: wgpu::ComputePipeline,
    pub sums: wgpu::ComputePipeline,
}

/// The first thing that went wrong with the device: its loss, or an error that no call returned (memory
/// that ran out, a kernel that did not compile). After it nothing that the device answers is to be trusted.
#[derive(Clone, Debug, Default)]
struct Fault {
    happened: Arc<AtomicBool>,
    message: Arc<Mutex<Option<Says>>>,
}

impl Fault {
    fn report(&self, message: Says) {
        self.message.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(message);
        self.happened.store(true, Ordering::Release);
    }
}

impl GpuDevice {
    /// Asks for an adapter and a device with default limits and no optional feature.
    pub async fn request(allow_software: bool) -> Result<(Self, AdapterDescription), LabError> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..wgpu::RequestAdapterOptions::default()
        };
        let adapter = instance
            .request_adapter(&options)
            .await
            .map_err(|error| engine_error(says::no_adapter_because(in_short(&error.to_string()))))?;
        let info = adapter.get_info();
        let description = AdapterDescription {
            is_fallback: info.device_type == wgpu::DeviceType::Cpu,
            name: if info.name.is_empty() { "unnamed adapter".to_owned() } else { info.name },
        };
        if description.is_fallback && !allow_software {
            return Err(engine_error(says::software_adapter(description.name)));
        }
        let (device, queue) = adapter
            .request_device(&wgpu::DeviceDescriptor {
                label: Some("guidance-lab"),
                required_limits: wgpu::Limits::default(),
                ..wgpu::DeviceDescriptor::default()
            })
            .await
            .map_err(|error| match in_short(&error.to_string()) {
                // A browser's reason is written with `{:?}`, which a small module leaves out.
                why if why.is_empty() => engine_error(says::no_device()),
                why => engine_error(says::no_device_because(why)),
            })?;
        Ok((Self::new(device, queue, &Sources::default()), description))
    }

    /// Other kernels on the same device, for tests that must notice a wrong one.
    #[must_use]
    pub fn with_kernels(&self, sources: &Sources) -> Self {
        Self::new(self.shared.device.clone(), self.shared.queue.clone(), sources)
    }

    /// Compiles the kernels on a device that the caller got elsewhere.
    #[cfg_attr(
        target_arch = "wasm32",
        expect(clippy::arc_with_non_send_sync, reason = "in a browser wgpu's handles belong to one thread")
    )]
    pub fn new(device: wgpu::Device, queue: wgpu::Queue, sources: &Sources) -> Self {
        let fault = Fault::default();
        let handle = fault.clone();
        device.set_device_lost_callback(move |reason, message| {
            handle.report(says::device_lost(format!("{reason:?}"), message));
        });
        let handle = fault.clone();
        device
            .on_uncaptured_error(Arc::new(move |error| handle.report(says::gpu_failed(in_short(&error.to_string())))));

        let layout = bind_group_layout(&device, &SCENE_BINDINGS);
        let pipeline_layout = pipeline_layout(&device, &layout);
        let kernel = |name: &str, text: &str| pipeline(&device, &pipeline_layout, name, text);
        let kernels = Kernels {
            initialise: kernel("initialise", &sources.initialise),
            step: kernel("step", &sources.step),
            bins: kernel("bins", &sources.bins),
            measure: kernel("measure", &sources.measure),
            sums: kernel("sums", &sources.sums),
        };
        let (step_text, steps_with_network) = (sources.step.clone(), Mutex::default());
        let shared = Shared { device, queue, fault, layout, pipeline_layout, kernels, step_text, steps_with_network };
        Self { shared: Arc::new(shared) }
    }

    /// Whether the device is gone, or has failed so that it must be given up.
    pub fn lost(&self) -> bool {
        self.shared.fault.happened.load(Ordering::Acquire)
    }

    /// Destroys the device, as a crash of the GPU process would. Every engine on it is lost.
    pub fn destroy(&self) {
        self.shared.fault.report(says::device_destroyed());
        self.shared.device.destroy();
    }

    /// The first fault of the device, if any.
    pub(super) fn check(&self) -> Result<(), LabError> {
        let message = self.shared.fault.message.lock().unwrap_or_else(PoisonError::into_inner);
        message.as_ref().map_or(Ok(()), |message| Err(engine_error(message.clone())))
    }

    pub(super) fn device(&self) -> &wgpu::Device {
        &self.shared.device
    }

    pub(super) fn queue(&self) -> &wgpu::Queue {
        &self.shared.queue
    }

    pub(super) fn layout(&self) -> &wgpu::BindGroupLayout {
        &self.shared.layout
    }

    pub(super) fn kernels(&self) -> &Kernels {
        &self.shared.kernels
    }

    /// The step of scenes with a network whose widest layer has so many neurons, compiled when it is first asked for: the
    /// room for its sums would slow other scenes down, and more room than it needs would slow its own.
    pub(super) fn step_with_network(&self, widest: usize) -> wgpu::ComputePipeline {
        let Shared { device, pipeline_layout, step_text, steps_with_network, .. } = &*self.shared;
        let room = widest.next_power_of_two().max(16);
        let mut steps = steps_with_network.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, step)) = steps.iter().find(|(own, _)| *own == room) {
            return step.clone();
        }
        let text = step_text.replace("WIDEST: u32 = 1u", &["WIDEST: u32 = ", &room.to_string()].concat());
        let step = pipeline(device, pipeline_layout, "step with a network", &text);
        steps.push((room, step.clone()));
        step
    }
}

/// The bindings of `shaders/lib/scene.wgsl`.
const SCENE_BINDINGS: [Binding; 10] = [
    Binding::Uniform,
    Binding::Entry(size_of::<StepParams>()),
    Binding::Uniform,
    Binding::Read,
    Binding::Write,
    Binding::Write,
    Binding::Write,
    Binding::Write,
    Binding::Write,
    Binding::Read,
];

/// What a kernel with these bindings alone is compiled for.
pub(super) fn pipeline_layout(device: &wgpu::Device, bindings: &wgpu::BindGroupLayout) -> wgpu::PipelineLayout {
    device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some("engine"),
        bind_group_layouts: &[Some(bindings)],
        immediate_size: 0,
    })
}

/// A compiled kernel.
pub(super) fn pipeline(
    device: &wgpu::Device,
    layout: &wgpu::PipelineLayout,
    name: &str,
    text: &str,
) -> wgpu::ComputePipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(name),
        source: wgpu::ShaderSource::Wgsl(text.into()),
    });
    device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(name),
        layout: Some(layout),
        module: &module,
        entry_point: Some("main"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    })
}

/// What a browser throws, without the stack that comes with it.
fn in_short(error: &str) -> String {
    let line = error.lines().next().unwrap_or_default();
    line.chars().take(200).collect()
}

/// An error of the engine in words.
pub(super) fn engine_error(says: Says) -> LabError {
    LabError::new(LabErrorCode::Engine, "", says)
}

/// What a kernel finds at a binding.
#[derive(Clone, Copy, Debug)]
pub(super) enum Binding {
    Uniform,
    /// A uniform whose offset in its buffer is told with each dispatch; its size in bytes.
    Entry(usize),
    Read,
    Write,
}

/// Bindings from 0 on, the same for all kernels that share them.
pub(super) fn bind_group_layout(device: &wgpu::Device, bindings: &[Binding]) -> wgpu::BindGroupLayout {
    let entry = |(binding, what): (usize, &Binding)| {
        let (ty, entry_size) = match *what {
            Binding::Uniform => (wgpu::BufferBindingType::Uniform, None),
            Binding::Entry(size) => (wgpu::BufferBindingType::Uniform, wgpu::BufferSize::new(size as u64)),
            Binding::Read => (wgpu::BufferBindingType::Storage { read_only: true }, None),
            Binding::Write => (wgpu::BufferBindingType::Storage { read_only: false }, None),
        };
        wgpu::BindGroupLayoutEntry {
            binding: binding as u32,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty,
                has_dynamic_offset: entry_size.is_some(),
                min_binding_size: entry_size,
            },
            count: None,
        }
    };
    let entries: Vec<_> = bindings.iter().enumerate().map(entry).collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some("engine"), entries: &entries })
}
