//! Runs a kernel with the widest vectors at hand.

/// Defines `$name`, called and not inlined, which runs `$body` compiled for AVX-512 or AVX2 where the
/// processor has it, else for the target's baseline (SSE2, NEON, WebAssembly's simd128). All give the
/// same bits: nothing is fused.
macro_rules! widest {
    ($(#[$doc:meta])* $vis:vis fn $name:ident [$(const $g:ident: $gt:ty),*] ($($arg:ident: $ty:ty),* $(,)?) = $body:path) => {
        $(#[$doc])*
        #[inline(never)]
        $vis fn $name<$(const $g: $gt),*>($($arg: $ty),*) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
                fn wider<$(const $g: $gt),*>($($arg: $ty),*) {
                    $body($($arg),*);
                }
                #[target_feature(enable = "avx2")]
                fn wide<$(const $g: $gt),*>($($arg: $ty),*) {
                    $body($($arg),*);
                }
                if std::arch::is_x86_feature_detected!("avx512f")
                    && std::arch::is_x86_feature_detected!("avx512bw")
                    && std::arch::is_x86_feature_detected!("avx512dq")
                    && std::arch::is_x86_feature_detected!("avx512vl")
                {
                    // SAFETY: the processor has these parts of AVX-512.
                    unsafe { wider::<$($g),*>($($arg),*) };
                    return;
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    // SAFETY: the processor has AVX2.
                    unsafe { wide::<$($g),*>($($arg),*) };
                    return;
                }
            }
            $body($($arg),*);
        }
    };
}

pub(super) use widest;
