//! Particles in many dimensions on a GPU: the kernels of `shaders/many/`, which know what `src/kernels/many/` knows and
//! compute the same. One step is four dispatches without a barrier; default limits, no optional feature.

mod layout;

use std::ops::Range;
use std::sync::Arc;

pub use layout::{ManyFour, ManyHead, ManyHeads, ManyNow, ManyParams, ManyQuad};

use super::device::{Binding, GpuDevice, bind_group_layout, pipeline, pipeline_layout};
use super::layout::WORKGROUP;
use super::readback::Staging;
use super::sources::ManySources;
use super::{STEP_STRIDE, floats_of};
use crate::kernels::many::{ManyGuide, ManyRows, ManyTerms, WIDTH};
use crate::model::LabError;
use layout::ROWS;

/// No buffer of a chunk of rows takes more, in bytes: a quarter of what default limits allow for a binding.
const MOST_BYTES: usize = 1 << 25;

/// The bindings of `shaders/lib/many.wgsl`.
const BINDINGS: [Binding; 11] = [
    Binding::Uniform,
    Binding::Entry(size_of::<ManyNow>()),
    Binding::Uniform,
    Binding::Read,
    Binding::Read,
    Binding::Read,
    Binding::Write,
    Binding::Write,
    Binding::Write,
    Binding::Write,
    Binding::Write,
];
/// The binding of `now`.
const NOW: usize = 1;

/// The compiled kernels of many dimensions. Clones share them.
#[derive(Clone, Debug)]
pub struct ManyKernels(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    gpu: GpuDevice,
    layout: wgpu::BindGroupLayout,
    initialise: wgpu::ComputePipeline,
    look: wgpu::ComputePipeline,
    weigh: wgpu::ComputePipeline,
    pull: wgpu::ComputePipeline,
    make_move: wgpu::ComputePipeline,
}

impl ManyKernels {
    /// Compiles them on a device that others may share.
    #[cfg_attr(
        target_arch = "wasm32",
        expect(clippy::arc_with_non_send_sync, reason = "in a browser wgpu's handles belong to one thread")
    )]
    pub fn new(gpu: &GpuDevice, sources: &ManySources) -> Self {
        let device = gpu.device();
        let layout = bind_group_layout(device, &BINDINGS);
        let pipelines = pipeline_layout(device, &layout);
        let [initialise, look, weigh, pull, make_move] =
            sources.all().map(|(name, text)| pipeline(device, &pipelines, name, text));
        Self(Arc::new(Compiled { gpu: gpu.clone(), layout, initialise, look, weigh, pull, make_move }))
    }
}

/// What stays the same during a run.
#[derive(Clone, Copy, Debug)]
pub struct ManyShape {
    /// `d`.
    pub dimension: usize,
    /// Directions of each component, a multiple of 4.
    pub rank: usize,
    /// Components.
    pub components: usize,
    /// Classes.
    pub classes: usize,
    /// Of all noise.
    pub seed: u32,
    /// Whether the sampler asks for a second score in each step.
    pub corrects: bool,
    /// Whether a classifier goes by the same components after another noise.
    pub looks_twice: bool,
}

/// The components at a time, and what guides there.
#[derive(Clone, Copy, Debug)]
pub struct ManyPlace<'a> {
    /// The components.
    pub terms: &'a ManyTerms,
    /// Those of a kind that goes by another noise.
    pub other: Option<&'a ManyTerms>,
    /// What guides the rows of the classifier under test: none of those that [`is_here`] says no to.
    pub guide: ManyGuide,
}

/// Whether there are kernels for what guides: the kinds that are weights of the components. Others are the CPU engine's.
pub fn is_here(guide: ManyGuide) -> bool {
    !matches!(guide, ManyGuide::Denoised { .. } | ManyGuide::Learned)
}

/// The numbers of a step.
#[derive(Clone, Copy, Debug)]
pub struct ManyStep {
    /// Its index, the counter of its noise.
    pub index: u32,
    /// Of the present position, of the guided score, of the normal.
    pub factors: [f32; 3],
    /// `h/2` of Heun's corrector, or 0.
    pub corrector: f32,
}

/// Rows of a run on the device, each a particle of a lane.
#[derive(Debug)]
pub struct ManyParticles {
    kernels: ManyKernels,
    shape: ManyShape,
    chunks: Vec<Chunk>,
    now: wgpu::Buffer,
    tables: Vec<Tables>,
    /// Between the kernels of a step; all chunks use them in turn.
    scratch: [wgpu::Buffer; 3],
    staging: Staging,
}

/// Rows that go through the kernels together.
#[derive(Debug)]
struct Chunk {
    groups: usize,
    own: [wgpu::Buffer; 4],
    /// With the tables of the time, and with those of another noise.
    bind_groups: Vec<wgpu::BindGroup>,
}

// The buffers of a chunk.
const PARAMS: usize = 0;
const FOURS: usize = 1;
const POSITIONS: usize = 2;

/// The components on the device.
#[derive(Debug)]
struct Tables {
    small: wgpu::Buffer,
    quads: wgpu::Buffer,
    directions: wgpu::Buffer,
    /// The directions that were written last.
    written: Option<Arc<[f32]>>,
}

impl Drop for ManyParticles {
    fn drop(&mut self) {
        // A browser frees a buffer when its garbage collector gets there: too late for these.
        let chunks = self.chunks.iter().flat_map(|chunk| &chunk.own);
        let tables = self.tables.iter().flat_map(|tables| [&tables.small, &tables.quads, &tables.directions]);
        chunks.chain(tables).chain(&self.scratch).chain([&self.now]).for_each(wgpu::Buffer::destroy);
    }
}

impl ManyParticles {
    /// Rows at the start: standard normals.
    ///
    /// # Errors
    /// `engine`, if the device is gone or has failed.
    pub fn new(kernels: &ManyKernels, shape: ManyShape, rows: &[ManyRows]) -> Result<Self, LabError> {
        let Compiled { gpu, layout, .. } = &*kernels.0;
        gpu.check()?;
        let device = gpu.device();
        let buffer = |size: usize, usage: wgpu::BufferUsages| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("many"),
                size: size as u64,
                usage: usage | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        };
        let uniform = |size| buffer(size, wgpu::BufferUsages::UNIFORM);
        // At least one vec4 long: a binding must not be empty.
        let storage =
            |numbers: usize| buffer((4 * numbers).max(16), wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC);
        let ManyShape { dimension, rank, components, classes, seed, corrects, looks_twice } = shape;
        let padded = dimension.next_multiple_of(4);
        let tables = || Tables {
            small: uniform(size_of::<ManyHeads>()),
            quads: storage(2 * components * padded),
            directions: storage(components * padded * rank),
            written: None,
        };
        let tables: Vec<Tables> = (0..=usize::from(looks_twice)).map(|_| tables()).collect();
        let now = uniform(tables.len() * STEP_STRIDE as usize);
        // Numbers of a row in the largest of its buffers.
        let widest = padded.max(components * rank).max(components + 1);
        let blocks = (MOST_BYTES / (4 * widest * WIDTH)).clamp(1, rows.len().max(1));
        let most = blocks * WIDTH;
        let scratch = [padded, components * rank, components + 1].map(|numbers| storage(numbers * most));
        let chunk = |rows: &[ManyRows]| {
            let groups = rows.len() * WIDTH / ROWS;
            let params = ManyParams {
                groups: groups as u32,
                dimension: dimension as u32,
                quads: (padded / 4) as u32,
                tiles: (rank / 4) as u32,
                components: components as u32,
                classes: classes as u32,
                seed,
                padding: 0,
            };
            let fours: Vec<ManyFour> = rows.iter().flat_map(fours).collect();
            let numbers = groups * ROWS * padded;
            let own = [
                uniform(size_of::<ManyParams>()),
                storage(size_of_val(fours.as_slice()) / 4),
                storage(numbers),
                storage(if corrects { numbers } else { 0 }),
            ];
            gpu.queue().write_buffer(&own[PARAMS], 0, bytemuck::bytes_of(&params));
            gpu.queue().write_buffer(&own[FOURS], 0, bytemuck::cast_slice(&fours));
            let bind = |tables: &Tables| {
                let [params, fours, positions, half_way] = &own;
                let [force, projections, shares] = &scratch;
                let Tables { small, quads, directions, .. } = tables;
                let all =
                    [params, &now, small, fours, quads, directions, positions, half_way, force, projections, shares];
                let entry = |(binding, buffer)| wgpu::BindGroupEntry {
                    binding: binding as u32,
                    resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                        buffer,
                        offset: 0,
                        size: (binding == NOW).then(|| {
                            wgpu::BufferSize::new(size_of::<ManyNow>() as u64).expect("the struct is not empty")
                        }),
                    }),
                };
                let entries: Vec<_> = all.into_iter().enumerate().map(entry).collect();
                device.create_bind_group(&wgpu::BindGroupDescriptor { label: Some("many"), layout, entries: &entries })
            };
            let bind_groups = tables.iter().map(bind).collect();
            Chunk { groups, own, bind_groups }
        };
        let chunks = rows.chunks(blocks).map(chunk).collect();
        let (kernels, staging) = (kernels.clone(), Staging::default());
        let mut particles = Self { kernels, shape, chunks, now, tables, scratch, staging };
        particles.dispatch(|particles, pass, chunk| {
            pass.set_pipeline(&particles.kernels.0.initialise);
            pass.set_bind_group(0, &chunk.bind_groups[0], &[0]);
            pass.dispatch_workgroups(particles.tiled(chunk), 1, 1);
        });
        Ok(particles)
    }

    /// Makes a step from one time to another; `next` is asked for by Heun's sampler alone.
    pub fn step(&mut self, here: ManyPlace, next: Option<ManyPlace>, step: ManyStep) {
        self.turn(here, step, 0);
        if let Some(next) = next {
            self.turn(next, step, 1);
        }
    }

    /// The guided score where the rows stand, and the move that follows.
    fn turn(&mut self, place: ManyPlace, step: ManyStep, turn: u32) {
        let ManyStep { index, factors: [keep, drift, noise], corrector } = step;
        let (kind, parameters) = packed(place.guide);
        let now = ManyNow { index, kind, adds: 0, turn, keep, drift, noise, corrector, parameters };
        let again = ManyNow { kind: APART, adds: 1, ..now };
        let queue = self.kernels.0.gpu.queue().clone();
        let terms = [Some(place.terms), place.other].into_iter().flatten();
        for ((index, tables), terms) in self.tables.iter_mut().enumerate().zip(terms) {
            tables.write(&queue, terms);
            let now = if index == 0 { now } else { again };
            queue.write_buffer(&self.now, index as u64 * STEP_STRIDE, bytemuck::bytes_of(&now));
        }
        self.dispatch(|particles, pass, chunk| {
            let kernels = &*particles.kernels.0;
            let along = (chunk.groups as u32).div_ceil(WORKGROUP);
            for (index, bind_group) in chunk.bind_groups.iter().enumerate() {
                pass.set_bind_group(0, bind_group, &[(index as u64 * STEP_STRIDE) as u32]);
                pass.set_pipeline(&kernels.look);
                pass.dispatch_workgroups(along, particles.shape.components as u32, 1);
                pass.set_pipeline(&kernels.weigh);
                pass.dispatch_workgroups(along, 1, 1);
                pass.set_pipeline(&kernels.pull);
                pass.dispatch_workgroups(particles.tiled(chunk), 1, 1);
            }
            pass.set_bind_group(0, &chunk.bind_groups[0], &[0]);
            pass.set_pipeline(&kernels.make_move);
            pass.dispatch_workgroups(particles.tiled(chunk), 1, 1);
        });
    }

    /// Workgroups of a kernel with a thread for four coordinates of four rows.
    fn tiled(&self, chunk: &Chunk) -> u32 {
        (chunk.groups * self.shape.dimension.div_ceil(4)).div_ceil(WORKGROUP as usize) as u32
    }

    /// Submits dispatches for every chunk.
    fn dispatch(&mut self, work: impl Fn(&Self, &mut wgpu::ComputePass, &Chunk)) {
        let gpu = &self.kernels.0.gpu;
        let mut encoder = gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for chunk in &self.chunks {
            work(self, &mut pass, chunk);
        }
        drop(pass);
        gpu.queue().submit([encoder.finish()]);
    }

    /// The positions of some rows, row-major.
    ///
    /// # Errors
    /// `engine`, if the device is gone or has failed.
    pub async fn read(&mut self, rows: Range<usize>) -> Result<Vec<f32>, LabError> {
        let gpu = self.kernels.0.gpu.clone();
        gpu.check()?;
        let d = self.shape.dimension;
        let mut all = Vec::with_capacity(rows.len() * d);
        let mut first = 0;
        for Chunk { groups, own, .. } in &self.chunks {
            let count = groups * ROWS;
            let own_rows = rows.start.max(first) - first..rows.end.clamp(first, first + count) - first;
            first += count;
            if own_rows.is_empty() {
                continue;
            }
            let size = (count * d * size_of::<f32>()) as u64;
            let staging = self.staging.take(gpu.device(), size);
            let mut encoder = gpu.device().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            encoder.copy_buffer_to_buffer(&own[POSITIONS], 0, &staging, 0, size);
            gpu.queue().submit([encoder.finish()]);
            let numbers = self.staging.read(&gpu, staging, size, floats_of).await?;
            all.extend(own_rows.flat_map(|row| numbers.iter().skip(row).step_by(count).copied()));
        }
        Ok(all)
    }
}

/// The rows of a block of the CPU's, by fours.
fn fours(rows: &ManyRows) -> impl Iterator<Item = ManyFour> {
    (0..WIDTH).step_by(ROWS).map(|first| ManyFour {
        particles: std::array::from_fn(|row| rows.particles[first + row]),
        places: std::array::from_fn(|row| rows.places[first + row]),
        gammas: std::array::from_fn(|row| rows.gammas[first + row]),
        tested: std::array::from_fn(|row| rows.tested[first + row]),
    })
}

/// `MANY_APART` of `shaders/lib/many/force.wgsl`.
const APART: u32 = 6;

/// Number and parameters of what guides, as `shaders/lib/many/force.wgsl` knows them.
fn packed(guide: ManyGuide) -> (u32, [f32; 4]) {
    match guide {
        ManyGuide::Exact => (0, [0.0; 4]),
        ManyGuide::Tempered { sharpness, bias } => (1, [sharpness, bias, 0.0, 0.0]),
        ManyGuide::LabelSmoothing { kept, floor } => (2, [kept, floor, 0.0, 0.0]),
        ManyGuide::Wiggle { logit, frequency, amplitude } => (3 + u32::from(logit), [frequency, amplitude, 0.0, 0.0]),
        ManyGuide::Seen => (5, [0.0; 4]),
        ManyGuide::Denoised { .. } | ManyGuide::Learned => unreachable!("the CPU engine's alone"),
    }
}

impl Tables {
    fn write(&mut self, queue: &wgpu::Queue, terms: &ManyTerms) {
        let (d, rank) = (terms.dimension, terms.rank);
        let mut small: ManyHeads = bytemuck::Zeroable::zeroed();
        for ((head, &log_weight), &place) in small.heads.iter_mut().zip(&terms.log_weights).zip(&terms.places) {
            *head = ManyHead { log_weight, place, padding: [0; 2] };
        }
        let scales: &mut [f32] = bytemuck::cast_slice_mut(&mut small.scales);
        scales[..terms.scales.len()].copy_from_slice(&terms.scales);
        let mut quads = Vec::with_capacity(terms.count() * d.div_ceil(4));
        for (means, inverses) in terms.means.chunks_exact(d).zip(terms.inverses.chunks_exact(d)) {
            for (means, inverses) in means.chunks(4).zip(inverses.chunks(4)) {
                let mut quad = ManyQuad::default();
                quad.mean[..means.len()].copy_from_slice(means);
                quad.inverse[..means.len()].copy_from_slice(inverses);
                quads.push(quad);
            }
        }
        queue.write_buffer(&self.small, 0, bytemuck::bytes_of(&small));
        queue.write_buffer(&self.quads, 0, bytemuck::cast_slice(&quads));
        if self.written.as_ref().is_some_and(|written| Arc::ptr_eq(written, &terms.directions)) {
            return;
        }
        let mut directions = Vec::with_capacity(terms.count() * d.next_multiple_of(4) * rank);
        for own in terms.directions.chunks_exact((d * rank).max(1)) {
            directions.extend_from_slice(own);
            directions.resize(directions.len().next_multiple_of(4 * rank), 0.0);
        }
        queue.write_buffer(&self.directions, 0, bytemuck::cast_slice(&directions));
        self.written = Some(terms.directions.clone());
    }
}
