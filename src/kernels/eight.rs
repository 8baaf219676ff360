//! Eight numbers in vector registers. Left to itself the compiler takes the sums of a tile apart into single numbers,
//! ten times slower. Products and sums are rounded one by one: all give the same bits.

/// Eight numbers in memory.
pub type Wide = [f32; 8];

/// Eight numbers.
pub trait Eight: Copy {
    /// All 0.
    fn zero() -> Self;
    /// From memory.
    fn load(from: &Wide) -> Self;
    /// To memory.
    fn store(self, to: &mut Wide);
    /// `self + g v`.
    #[must_use]
    fn plus(self, g: f32, v: Self) -> Self;
    /// `self v`, one by one.
    #[must_use]
    fn times(self, v: Self) -> Self;
}

#[cfg(not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128"))))]
pub type Baseline = Wide;

impl Eight for Wide {
    #[inline(always)]
    fn zero() -> Self {
        [0.0; 8]
    }

    #[inline(always)]
    fn load(from: &Wide) -> Self {
        *from
    }

    #[inline(always)]
    fn store(self, to: &mut Wide) {
        *to = self;
    }

    #[inline(always)]
    fn plus(mut self, g: f32, v: Self) -> Self {
        for row in 0..8 {
            self[row] += g * v[row];
        }
        self
    }

    #[inline(always)]
    fn times(mut self, v: Self) -> Self {
        for row in 0..8 {
            self[row] *= v[row];
        }
        self
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use simd128::Two as Baseline;
#[cfg(target_arch = "x86_64")]
pub use x86::{One, Two as Baseline};

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[expect(clippy::cast_ptr_alignment, reason = "the loads and stores need no alignment")]
mod simd128 {
    use core::arch::wasm32::{f32x4_add, f32x4_mul, f32x4_splat, v128, v128_load, v128_store};

    use super::{Eight, Wide};

    /// Two vectors of four.
    #[derive(Clone, Copy)]
    pub struct Two(v128, v128);

    impl Eight for Two {
        #[inline(always)]
        fn zero() -> Self {
            Self(f32x4_splat(0.0), f32x4_splat(0.0))
        }

        #[inline(always)]
        fn load(from: &Wide) -> Self {
            let first = from.as_ptr().cast::<v128>();
            // SAFETY: eight numbers are two vectors; no alignment is needed.
            unsafe { Self(v128_load(first), v128_load(first.add(1))) }
        }

        #[inline(always)]
        fn store(self, to: &mut Wide) {
            let first = to.as_mut_ptr().cast::<v128>();
            // SAFETY: as above.
            unsafe {
                v128_store(first, self.0);
                v128_store(first.add(1), self.1);
            }
        }

        #[inline(always)]
        fn plus(self, g: f32, v: Self) -> Self {
            let g = f32x4_splat(g);
            Self(f32x4_add(self.0, f32x4_mul(g, v.0)), f32x4_add(self.1, f32x4_mul(g, v.1)))
        }

        #[inline(always)]
        fn times(self, v: Self) -> Self {
            Self(f32x4_mul(self.0, v.0), f32x4_mul(self.1, v.1))
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use core::arch::x86_64::{
        __m128, __m256, _mm_add_ps, _mm_loadu_ps, _mm_mul_ps, _mm_set1_ps, _mm_setzero_ps, _mm_storeu_ps,
        _mm256_add_ps, _mm256_loadu_ps, _mm256_mul_ps, _mm256_set1_ps, _mm256_setzero_ps, _mm256_storeu_ps,
    };

    use super::{Eight, Wide};

    /// Two vectors of four (SSE2, which every such processor has).
    #[derive(Clone, Copy)]
    pub struct Two(__m128, __m128);

    /// One vector of eight. Only for code that is compiled for AVX2.
    #[derive(Clone, Copy)]
    pub struct One(__m256);

    // SAFETY of all below: eight numbers are two vectors or one, no alignment is needed, and `One` is used where the
    // processor has AVX2.
    impl Eight for Two {
        #[inline(always)]
        fn zero() -> Self {
            unsafe { Self(_mm_setzero_ps(), _mm_setzero_ps()) }
        }

        #[inline(always)]
        fn load(from: &Wide) -> Self {
            unsafe { Self(_mm_loadu_ps(from.as_ptr()), _mm_loadu_ps(from.as_ptr().add(4))) }
        }

        #[inline(always)]
        fn store(self, to: &mut Wide) {
            unsafe {
                _mm_storeu_ps(to.as_mut_ptr(), self.0);
                _mm_storeu_ps(to.as_mut_ptr().add(4), self.1);
            }
        }

        #[inline(always)]
        fn plus(self, g: f32, v: Self) -> Self {
            unsafe {
                let g = _mm_set1_ps(g);
                Self(_mm_add_ps(self.0, _mm_mul_ps(g, v.0)), _mm_add_ps(self.1, _mm_mul_ps(g, v.1)))
            }
        }

        #[inline(always)]
        fn times(self, v: Self) -> Self {
            unsafe { Self(_mm_mul_ps(self.0, v.0), _mm_mul_ps(self.1, v.1)) }
        }
    }

    impl Eight for One {
        #[inline(always)]
        fn zero() -> Self {
            unsafe { Self(_mm256_setzero_ps()) }
        }

        #[inline(always)]
        fn load(from: &Wide) -> Self {
            unsafe { Self(_mm256_loadu_ps(from.as_ptr())) }
        }

        #[inline(always)]
        fn store(self, to: &mut Wide) {
            unsafe { _mm256_storeu_ps(to.as_mut_ptr(), self.0) }
        }

        #[inline(always)]
        fn plus(self, g: f32, v: Self) -> Self {
            unsafe { Self(_mm256_add_ps(self.0, _mm256_mul_ps(_mm256_set1_ps(g), v.0))) }
        }

        #[inline(always)]
        fn times(self, v: Self) -> Self {
            unsafe { Self(_mm256_mul_ps(self.0, v.0)) }
        }
    }
}
