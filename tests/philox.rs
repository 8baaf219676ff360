//! Known answers of Philox4x32-10, from the file `kat_vectors` of the Random123 library (Salmon et
//! al., SC11).

use guidance_lab::kernels::{philox, philox_rows};

/// `(counter, key, answer)`.
const KNOWN: [([u32; 4], [u32; 2], [u32; 4]); 3] = [
    ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
    ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
    (
        [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
        [0xa409_3822, 0x299f_31d0],
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
    ),
];

#[test]
fn philox_has_its_known_answers() {
    for (counter, key, answer) in KNOWN {
        assert_eq!(philox(counter, key), answer);
    }
}

#[test]
fn rows_are_single_draws() {
    let mut rows = [[0; 8]; 4];
    philox_rows(0x1319_8a2e, 7, 1, [3, 5], &mut rows);
    for i in 0..8 {
        assert_eq!(rows.map(|row| row[i]), philox([0x1319_8a2e + i as u32, 7, 1, 0], [3, 5]));
    }
}

/// A change of these values changes every picture that was ever shared by its seed.
#[test]
fn the_noise_is_stable() {
    let words = philox([0, 0, guidance_lab::kernels::STREAM_STEP, 0], [1, guidance_lab::kernels::KEY]);
    assert_eq!(words, STABLE);
}

const STABLE: [u32; 4] = [3_696_852_645, 3_731_762_850, 1_551_513_069, 1_395_183_997];

/// The WGSL gives the same bits: known answers, random counters, and the normals against the CPU's.
mod wgsl {
    use super::{KNOWN, philox};
    use guidance_lab::gpu::with_library;
    use guidance_lab::kernels::normals;
    use pollster::block_on;

    const DRAWS: usize = 4096;

    fn run(text: &str, input: &[u32], words: usize) -> Vec<u32> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let adapter = block_on(instance.request_adapter(&wgpu::RequestAdapterOptions::default()))
            .expect("these tests need a Vulkan driver");
        println!("adapter: {}", adapter.get_info().name);
        let (device, queue) = block_on(adapter.request_device(&wgpu::DeviceDescriptor::default())).expect("a device");
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: None,
            source: wgpu::ShaderSource::Wgsl(text.into()),
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: None,
            module: &module,
            entry_point: Some("test"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        });
        let buffer = |size: usize, usage| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: None,
                size: size as u64 * 4,
                usage,
                mapped_at_creation: false,
            })
        };
        let storage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC;
        let source = buffer(input.len(), storage);
        let target = buffer(words, storage);
        let staging = buffer(words, wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
        queue.write_buffer(&source, 0, bytemuck::cast_slice(input));
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(1),
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: source.as_entire_binding() },
                wgpu::BindGroupEntry { binding: 1, resource: target.as_entire_binding() },
            ],
        });
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&pipeline);
            pass.set_bind_group(1, &group, &[]);
            pass.dispatch_workgroups((words / 4).div_ceil(64) as u32, 1, 1);
        }
        encoder.copy_buffer_to_buffer(&target, 0, &staging, 0, words as u64 * 4);
        queue.submit([encoder.finish()]);
        staging.slice(..).map_async(wgpu::MapMode::Read, |result| result.expect("readable"));
        device.poll(wgpu::PollType::wait_indefinitely()).expect("the device answers");
        bytemuck::pod_collect_to_vec(&staging.slice(..).get_mapped_range().expect("mapped"))
    }

    const BINDINGS: &str = "
        @group(1) @binding(0) var<storage, read> draws: array<vec4<u32>>;
        @group(1) @binding(1) var<storage, read_write> answers: array<vec4<u32>>;
    ";

    /// Counters and keys, eight words a draw: the known ones, then others from the CPU's generator.
    fn draws() -> Vec<[u32; 8]> {
        let known = KNOWN
            .iter()
            .map(|&(counter, key, _)| [counter[0], counter[1], counter[2], counter[3], key[0], key[1], 0, 0]);
        let others = (0..DRAWS as u32).map(|i| {
            let a = philox([i, 1, 2, 3], [4, 5]);
            let b = philox([i, 6, 7, 8], [9, 10]);
            [a[0], a[1], a[2], a[3], b[0], b[1], 0, 0]
        });
        known.chain(others).collect()
    }

    #[test]
    fn philox_gives_the_same_bits() {
        let draws = draws();
        let text = with_library(&format!(
            "{BINDINGS}
            @compute @workgroup_size(64)
            fn test(@builtin(global_invocation_id) id: vec3<u32>) {{
                if id.x < arrayLength(&answers) {{
                    answers[id.x] = philox(draws[2u * id.x], draws[2u * id.x + 1u].xy);
                }}
            }}"
        ));
        let answers = run(&text, bytemuck::cast_slice(&draws), draws.len() * 4);
        for (index, (draw, answer)) in draws.iter().zip(answers.chunks_exact(4)).enumerate() {
            assert_eq!(answer, philox([draw[0], draw[1], draw[2], draw[3]], [draw[4], draw[5]]), "draw {index}");
            if let Some(known) = KNOWN.get(index) {
                assert_eq!(answer, known.2);
            }
        }
    }

    /// The same arithmetic up to a fused multiply-add and the square root's rounding.
    const NORMAL_TOLERANCE: f32 = 2.0e-6;

    #[test]
    fn normals_are_those_of_the_cpu() {
        let draws = draws();
        let text = with_library(&format!(
            "{BINDINGS}
            @compute @workgroup_size(64)
            fn test(@builtin(global_invocation_id) id: vec3<u32>) {{
                if id.x < arrayLength(&answers) {{
                    let draw = draws[2u * id.x];
                    answers[id.x] = bitcast<vec4<u32>>(normals(draw.x, draw.y, draw.z, draw.w));
                }}
            }}"
        ));
        let answers = run(&text, bytemuck::cast_slice(&draws), draws.len() * 4);
        let mut worst = 0.0_f32;
        for (draw, answer) in draws.iter().zip(answers.chunks_exact(4)) {
            let expected = normals(draw[0], draw[1], draw[2], draw[3]);
            for (z, bits) in expected.iter().zip(answer) {
                worst = worst.max((z - f32::from_bits(*bits)).abs());
            }
        }
        println!("normals: worst {worst:.1e}");
        assert!(worst < NORMAL_TOLERANCE);
    }
}
