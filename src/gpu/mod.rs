//! The GPU engine: `WebGPU` through wgpu, one compute kernel a step, default limits, no optional
//! feature, no barrier. Nothing here touches the page; in a browser nothing blocks.

mod device;
mod layout;
pub mod many;
mod readback;
mod sources;

pub use device::{AdapterDescription, GpuDevice};
pub use layout::{PartialSums, SceneParams, StepParams};
pub use readback::nudge;
pub use sources::{ManySources, Sources, with_library};

use crate::engine::{
    Answer, BINS_1D, BINS_2D, Checkpoints, Engine, LaneObservation, LaneSpec, Observation, Scene, Sums, TRACKED,
};
use crate::kernels::network::Activation;
use crate::kernels::{Guide, Network};
use crate::model::{LabError, LabErrorCode};
use crate::words::messages;
use layout::{MAX_LANES, NO_LANE, PARTICLES_A_THREAD, WORKGROUP};
use readback::Staging;

/// The distance of the entries in the uniform buffer of step parameters: the alignment of dynamic
/// offsets under default limits.
const STEP_STRIDE: u64 = 256;
/// Dispatches in one submission: long enough to cost nothing, short enough for a watchdog.
const STEPS_A_SUBMISSION: usize = 256;

/// Moves the particles on a GPU. A new engine has no scene: it stands at step 0 and
/// [`Engine::observe`] fails.
#[derive(Debug)]
pub struct GpuEngine {
    gpu: GpuDevice,
    buffers: Buffers,
    staging: Staging,
    run: Option<Run>,
}

/// A scene and where it stands; the particles are in [`Buffers::positions`].
#[derive(Debug)]
struct Run {
    scene: Scene,
    params: SceneParams,
    /// Neurons in the widest layer of a lane's network.
    widest: Option<usize>,
    bind_group: wgpu::BindGroup,
    step: usize,
    checkpoints: Checkpoints<wgpu::Buffer>,
}

/// The buffers of `shaders/lib/scene.wgsl`, by binding. They are kept and grow when a scene needs more.
#[derive(Debug, Default)]
struct Buffers([Option<wgpu::Buffer>; 10]);

// The bindings of `shaders/lib/scene.wgsl`.
const SCENE: usize = 0;
const NOW: usize = 1;
const GUIDES: usize = 2;
const TERMS: usize = 3;
const POSITIONS: usize = 4;
const HISTORY: usize = 5;
const COUNTS: usize = 7;
const PARTIAL_SUMS: usize = 8;
const NETWORK: usize = 9;

impl GpuEngine {
    /// Asks for a device and makes an engine on it.
    pub async fn request(allow_software: bool) -> Result<(Self, AdapterDescription), LabError> {
        let (gpu, description) = GpuDevice::request(allow_software).await?;
        Ok((Self::new(&gpu), description))
    }

    /// An engine without a scene on a device that others may share.
    pub fn new(gpu: &GpuDevice) -> Self {
        Self { gpu: gpu.clone(), buffers: Buffers::default(), staging: Staging::default(), run: None }
    }

    /// The device, for further engines.
    pub fn device(&self) -> &GpuDevice {
        &self.gpu
    }

    /// Whether the device is gone or has failed: make a new engine.
    pub fn lost(&self) -> bool {
        self.gpu.lost()
    }

    fn no_scene() -> LabError {
        LabError::new(LabErrorCode::Unsupported, "", messages::no_scene())
    }
}

/// The network of a learned classifier.
fn classifier_of(scene: &Scene) -> Option<Network> {
    scene.packed_networks().and_then(|networks| networks.classifier)
}

impl Engine for GpuEngine {
    fn set_scene(&mut self, scene: &Scene) -> Result<(), LabError> {
        self.gpu.check()?;
        if scene.corrected_lane().is_some() {
            return Err(LabError::new(LabErrorCode::Unsupported, "compare", messages::corrected_on_cpu()));
        }
        if scene.lanes.iter().any(|lane| lane.scored.learned.is_some()) {
            return Err(LabError::new(LabErrorCode::Unsupported, "score.kind", messages::learned_score_on_cpu()));
        }
        if scene.lanes.len() > MAX_LANES {
            return Err(LabError::new(LabErrorCode::Unsupported, "compare", messages::four_lanes()));
        }
        let params = scene_params(scene);
        let network = classifier_of(scene);
        let bind_group = self.buffers.prepare(&self.gpu, scene, &params, network.as_ref());
        let (widest, checkpoints) = (network.as_ref().map(widest), Checkpoints::default());
        self.run = Some(Run { scene: scene.clone(), params, widest, bind_group, step: 0, checkpoints });
        self.write_lanes();
        self.restart();
        Ok(())
    }

    fn set_lanes(&mut self, lanes: &[LaneSpec]) {
        let Some(run) = &mut self.run else { return };
        assert_eq!(lanes.len(), run.scene.lanes.len(), "the number of lanes changes with the scene only");
        let other_sets = run.scene.sets_change(lanes);
        run.scene.lanes = lanes.to_vec();
        let network = classifier_of(&run.scene);
        run.widest = network.as_ref().map(widest);
        if other_sets {
            run.bind_group = self.buffers.prepare(&self.gpu, &run.scene, &run.params, network.as_ref());
        } else if network.is_some() {
            // Of the same recipe, so as many numbers, but it may have learned since.
            self.buffers.write_network(&self.gpu, &pack(network.as_ref()));
        }
        run.params.conditional = run.scene.conditional_lane().map_or(NO_LANE, |lane| lane as u32);
        destroy(run.checkpoints.turn(run.step));
        self.write_lanes();
    }

    fn restart(&mut self) {
        let Some(run) = &mut self.run else { return };
        run.step = 0;
        destroy(run.checkpoints.restart());
        let mut encoder = self.gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_pipeline(&self.gpu.kernels().initialise);
        pass.set_bind_group(0, &run.bind_group, &[0]);
        pass.dispatch_workgroups(run.workgroups(), 1, 1);
        drop(pass);
        self.gpu.queue().submit([encoder.finish()]);
    }

    fn step_index(&self) -> usize {
        self.run.as_ref().map_or(0, |run| run.step)
    }

    fn advance(&mut self, count: usize) {
        let Some(run) = &mut self.run else { return };
        let last = run.scene.steps().min(run.step.saturating_add(count));
        let step = match run.widest {
            Some(widest) => self.gpu.step_with_network(widest),
            None => self.gpu.kernels().step.clone(),
        };
        while run.step < last {
            let until = last.min(run.step + STEPS_A_SUBMISSION);
            let mut encoder = self.gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&step);
            for step in run.step..until {
                pass.set_bind_group(0, &run.bind_group, &[step_offset(step)]);
                pass.dispatch_workgroups(run.workgroups(), 1, 1);
            }
            drop(pass);
            self.gpu.queue().submit([encoder.finish()]);
            run.step = until;
        }
    }

    fn observe(&mut self, first_path_step: usize) -> Answer<'_, Observation> {
        Box::pin(self.read_observation(first_path_step))
    }

    fn samples(&mut self, lane: usize) -> Answer<'_, Vec<f32>> {
        Box::pin(self.read_samples(lane))
    }

    fn save(&mut self) {
        let Some(run) = &mut self.run else { return };
        if run.checkpoints.has(run.step) {
            return;
        }
        let size = run.lane_size() * u64::from(run.params.lanes);
        let device = self.gpu.device();
        let copy = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("checkpoint"),
            size,
            usage: wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(self.buffers.get(POSITIONS), 0, &copy, 0, size);
        self.gpu.queue().submit([encoder.finish()]);
        destroy(run.checkpoints.insert(run.step, copy, size as usize));
    }

    fn restore(&mut self, step: usize) -> usize {
        let Some(run) = &mut self.run else { return 0 };
        let Some((saved, copy)) = run.checkpoints.latest(step) else {
            self.restart();
            return 0;
        };
        let mut encoder = self.gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(copy, 0, self.buffers.get(POSITIONS), 0, copy.size());
        self.gpu.queue().submit([encoder.finish()]);
        run.step = *saved;
        run.step
    }
}

impl GpuEngine {
    async fn read_observation(&mut self, first_path_step: usize) -> Result<Observation, LabError> {
        let run = self.run.as_ref().ok_or_else(Self::no_scene)?;
        self.gpu.check()?;
        let first_path_step = first_path_step.min(run.step);
        let regions = Regions::new(run, first_path_step);
        let (device, kernels) = (self.gpu.device(), self.gpu.kernels());
        let staging = self.staging.take(device, regions.total());

        let counts = self.buffers.get(COUNTS);
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.clear_buffer(counts, 0, Some(regions.counts));
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        pass.set_bind_group(0, &run.bind_group, &[step_offset(run.step)]);
        for kernel in [&kernels.bins, &kernels.measure] {
            pass.set_pipeline(kernel);
            pass.dispatch_workgroups(run.workgroups(), 1, 1);
        }
        pass.set_pipeline(&kernels.sums);
        pass.dispatch_workgroups(run.params.summing_threads.div_ceil(WORKGROUP), run.params.lanes, 1);
        drop(pass);
        encoder.copy_buffer_to_buffer(counts, 0, &staging, 0, regions.counts);
        encoder.copy_buffer_to_buffer(self.buffers.get(PARTIAL_SUMS), 0, &staging, regions.counts, regions.sums);
        encoder.copy_buffer_to_buffer(
            self.buffers.get(HISTORY),
            first_path_step as u64 * run.history_stride(),
            &staging,
            regions.counts + regions.sums,
            regions.paths,
        );
        self.gpu.queue().submit([encoder.finish()]);

        let parse = |bytes: &[u8]| regions.parse(run, first_path_step, bytes);
        self.staging.read(&self.gpu, staging, regions.total(), parse).await
    }

    async fn read_samples(&mut self, lane: usize) -> Result<Vec<f32>, LabError> {
        let run = self.run.as_ref().ok_or_else(Self::no_scene)?;
        self.gpu.check()?;
        run.scene.check_lane(lane)?;
        let size = run.lane_size();
        let staging = self.staging.take(self.gpu.device(), size);
        let mut encoder = self.gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let positions = self.buffers.get(POSITIONS);
        encoder.copy_buffer_to_buffer(positions, lane as u64 * size, &staging, 0, size);
        self.gpu.queue().submit([encoder.finish()]);
        let floats = run.scene.particles * run.scene.dimension;
        self.staging.read(&self.gpu, staging, size, |bytes| floats_of(bytes)[..floats].to_vec()).await
    }

    /// Uploads the parameters of the scene and of the lanes.
    fn write_lanes(&self) {
        let Some(run) = &self.run else { return };
        let mut guides = [Guide::default(); MAX_LANES];
        for (guide, packed) in guides.iter_mut().zip(run.scene.packed_guides()) {
            *guide = packed;
        }
        let queue = self.gpu.queue();
        queue.write_buffer(self.buffers.get(GUIDES), 0, bytemuck::bytes_of(&guides));
        queue.write_buffer(self.buffers.get(SCENE), 0, bytemuck::bytes_of(&run.params));
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        // A browser frees a buffer when its garbage collector gets there: too late for these.
        destroy(self.checkpoints.clear());
    }
}

impl Drop for Buffers {
    fn drop(&mut self) {
        for buffer in self.0.iter().flatten() {
            buffer.destroy();
        }
    }
}

impl Run {
    fn workgroups(&self) -> u32 {
        self.params.groups.div_ceil(WORKGROUP)
    }

    /// Bytes of a lane's positions.
    fn lane_size(&self) -> u64 {
        u64::from(self.params.groups) * 16
    }

    /// Bytes of the tracked positions of one step.
    fn history_stride(&self) -> u64 {
        u64::from(self.params.tracked_groups) * u64::from(self.params.lanes) * 16
    }
}

fn destroy(buffers: Vec<wgpu::Buffer>) {
    for buffer in buffers {
        buffer.destroy();
    }
}

/// Cells of a lane.
fn cells(scene: &Scene) -> usize {
    if scene.dimension == 1 { BINS_1D } else { BINS_2D * BINS_2D }
}

fn step_offset(step: usize) -> u32 {
    step as u32 * STEP_STRIDE as u32
}

/// The uniform `scene`.
fn scene_params(scene: &Scene) -> SceneParams {
    let groups = |particles: usize| (particles * scene.dimension).div_ceil(4) as u32;
    SceneParams {
        dimension: scene.dimension as u32,
        particles: scene.particles as u32,
        groups: groups(scene.particles),
        lanes: scene.lanes.len() as u32,
        terms: scene.mixtures[0].terms.len() as u32,
        target_terms: scene.mixtures[0].target as u32,
        seed: scene.seed,
        tracked_groups: groups(scene.particles.min(TRACKED)),
        conditional: scene.conditional_lane().map_or(NO_LANE, |lane| lane as u32),
        summing_threads: (scene.particles as u32).div_ceil(PARTICLES_A_THREAD),
        other_classes: scene.other_classes(),
        padding: 0,
        bins: scene.bin_scale(),
    }
}

/// The parameters of all steps, `STEP_STRIDE` bytes apart; the last time has no step.
fn step_params(scene: &Scene, params: &SceneParams) -> Vec<u8> {
    let mut bytes = vec![0; scene.times.len() * STEP_STRIDE as usize];
    let moments = scene.packed_moments();
    for (index, entry) in bytes.chunks_exact_mut(STEP_STRIDE as usize).enumerate() {
        let mut now = StepParams {
            index: index as u32,
            present_terms: index as u32 * params.terms,
            history: (index + 1) as u32 * params.lanes * params.tracked_groups,
            ..StepParams::default()
        };
        if let Some(coefficients) = scene.coefficients.get(index) {
            now.keep = coefficients.keep as f32;
            now.drift = coefficients.drift as f32;
            now.noise = coefficients.noise as f32;
            now.corrector = coefficients.corrector as f32;
        }
        for (lane, both) in now.moments.iter_mut().enumerate().take(scene.lanes.len()) {
            *both = [index, index + 1].map(|time| moments[time.min(scene.steps()) * scene.lanes.len() + lane]);
        }
        entry[..size_of::<StepParams>()].copy_from_slice(bytemuck::bytes_of(&now));
    }
    bytes
}

/// Neurons in the widest layer.
fn widest(network: &Network) -> usize {
    network.layers.iter().map(|layer| layer.biases.len()).max().unwrap_or_default()
}

/// The network of a learned classifier as `shaders/lib/classifier/learned.wgsl` reads it; a single 0 without one, since
/// a buffer must not be empty. Whole numbers are told as such: none is large enough to be rounded.
fn pack(network: Option<&Network>) -> Vec<f32> {
    let Some(network) = network else { return vec![0.0] };
    let activation = match network.activation {
        Activation::Tanh => 0,
        Activation::Softplus => 1,
        Activation::Relu => 2,
        Activation::Sine => 3,
    };
    let head = [activation, network.layers.len(), network.features, network.times.len(), network.target];
    let widths = network.layers.iter().map(|layer| layer.biases.len());
    let mut packed: Vec<f32> = head.into_iter().chain(widths).map(|number| number as f32).collect();
    packed.extend(network.times.iter().chain(&network.frequencies));
    for layer in &network.layers {
        packed.extend(layer.weights.iter().chain(&layer.biases));
    }
    packed
}

impl Buffers {
    /// A buffer that [`Buffers::prepare`] made.
    fn get(&self, binding: usize) -> &wgpu::Buffer {
        self.0[binding].as_ref().expect("a run has its buffers")
    }

    fn write_network(&self, gpu: &GpuDevice, packed: &[f32]) {
        gpu.queue().write_buffer(self.get(NETWORK), 0, bytemuck::cast_slice(packed));
    }

    /// Makes or grows the buffers, uploads what stays the same during a run and binds all.
    fn prepare(
        &mut self,
        gpu: &GpuDevice,
        scene: &Scene,
        params: &SceneParams,
        network: Option<&Network>,
    ) -> wgpu::BindGroup {
        let lanes = u64::from(params.lanes);
        let steps = step_params(scene, params);
        let terms = scene.packed_terms();
        let terms: &[u8] = bytemuck::cast_slice(&terms);
        let network = pack(network);
        let particles = u64::from(params.groups) * 4 / u64::from(params.dimension);
        let sizes = [
            size_of::<SceneParams>() as u64,
            steps.len() as u64,
            (MAX_LANES * size_of::<Guide>()) as u64,
            terms.len() as u64,
            lanes * u64::from(params.groups) * 16,
            lanes * u64::from(params.tracked_groups) * 16 * scene.times.len() as u64,
            lanes * particles * 4,
            lanes * (cells(scene) as u64 + 1) * 4,
            lanes * u64::from(params.summing_threads) * size_of::<PartialSums>() as u64,
            size_of_val(network.as_slice()) as u64,
        ];
        let uniform = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        let storage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC;
        for (binding, (buffer, size)) in self.0.iter_mut().zip(sizes).enumerate() {
            if buffer.as_ref().is_some_and(|buffer| buffer.size() >= size) {
                continue;
            }
            if let Some(old) = buffer.take() {
                old.destroy();
            }
            *buffer = Some(gpu.device().create_buffer(&wgpu::BufferDescriptor {
                label: Some("engine"),
                size,
                usage: if binding <= GUIDES { uniform } else { storage },
                mapped_at_creation: false,
            }));
        }
        gpu.queue().write_buffer(self.get(NOW), 0, &steps);
        gpu.queue().write_buffer(self.get(TERMS), 0, terms);
        self.write_network(gpu, &network);
        let step_size = wgpu::BufferSize::new(size_of::<StepParams>() as u64);
        let entries: Vec<_> = (0..self.0.len())
            .map(|binding| wgpu::BindGroupEntry {
                binding: binding as u32,
                resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                    buffer: self.get(binding),
                    offset: 0,
                    size: if binding == NOW { step_size } else { None },
                }),
            })
            .collect();
        gpu.device().create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("engine"),
            layout: gpu.layout(),
            entries: &entries,
        })
    }
}

/// The parts of the staging buffer of an observation, in bytes.
struct Regions {
    counts: u64,
    sums: u64,
    paths: u64,
}

impl Regions {
    fn new(run: &Run, first_path_step: usize) -> Self {
        let lanes = u64::from(run.params.lanes);
        Self {
            counts: lanes * (cells(&run.scene) as u64 + 1) * 4,
            sums: lanes * u64::from(run.params.summing_threads) * size_of::<PartialSums>() as u64,
            paths: (run.step - first_path_step + 1) as u64 * run.history_stride(),
        }
    }

    fn total(&self) -> u64 {
        self.counts + self.sums + self.paths
    }

    /// Puts an observation together from the bytes of the staging buffer.
    fn parse(&self, run: &Run, first_path_step: usize, bytes: &[u8]) -> Observation {
        let (counts, rest) = bytes.split_at(self.counts as usize);
        let (sums, paths) = rest.split_at(self.sums as usize);
        let counts: Vec<u32> = bytemuck::pod_collect_to_vec(counts);
        let sums: Vec<PartialSums> = bytemuck::pod_collect_to_vec(sums);
        let lanes = run
            .scene
            .lanes
            .iter()
            .zip(counts.chunks_exact(cells(&run.scene) + 1))
            .zip(sums.chunks_exact(run.params.summing_threads as usize))
            .map(|((spec, counts), sums)| {
                let (outside, bins) = counts.split_last().expect("one word more than bins");
                LaneObservation {
                    lane: spec.lane,
                    bins: bins.to_vec(),
                    outside: *outside,
                    sums: add_up(sums, run.scene.particles),
                    weights: None,
                }
            })
            .collect();
        // The last group of a lane may have particles that do not exist.
        let tracked = run.scene.particles.min(TRACKED) * run.scene.dimension;
        let paths = floats_of(paths)
            .chunks_exact(run.params.tracked_groups as usize * 4)
            .flat_map(|lane| lane[..tracked].iter().copied())
            .collect();
        Observation { step: run.step, lanes, paths, first_path_step }
    }
}

/// The threads' sums in f64.
fn add_up(partial: &[PartialSums], particles: usize) -> Sums {
    let mut sums = Sums::default();
    for part in partial {
        sums.count += u64::from(part.count);
        sums.improved += u64::from(part.improved);
        sums.reciprocal += f64::from(part.reciprocal);
        sums.reciprocal_squared += f64::from(part.reciprocal_squared);
        sums.log_probability += f64::from(part.log_probability);
        sums.log_probability_squared += f64::from(part.log_probability_squared);
        sums.add_positions(
            part.count.into(),
            [part.origin_x, part.origin_y],
            [part.position_x, part.position_y].map(f64::from),
            [part.position_xx, part.position_xy, part.position_yy].map(f64::from),
        );
    }
    sums.non_finite = particles as u64 - sums.count;
    sums
}

fn floats_of(bytes: &[u8]) -> Vec<f32> {
    bytemuck::pod_collect_to_vec(bytes)
}
