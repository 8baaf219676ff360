//! From a position to its bin. Twin of `shaders/lib/bin_scale.wgsl`.

use bytemuck::{Pod, Zeroable};

/// The domain of the bins and their number along an axis. Bins are half open, `[lower, upper)`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct BinScale {
    /// Lower corner.
    pub min: [f32; 2],
    /// Upper corner.
    pub max: [f32; 2],
    /// Bins per unit of length.
    pub density: [f32; 2],
    /// Bins along an axis.
    pub side: u32,
    /// Fills the struct to a multiple of 8 bytes.
    pub padding: u32,
}

impl BinScale {
    /// The bin of a point, `x_1` fastest; `None` outside the domain and for NaN.
    #[inline(always)]
    pub fn bin<const D: usize>(&self, point: [f32; D]) -> Option<u32> {
        let mut bin = 0;
        for axis in (0..D).rev() {
            let x = point[axis];
            if !(x >= self.min[axis] && x < self.max[axis]) {
                return None;
            }
            let index = ((x - self.min[axis]) * self.density[axis]) as u32;
            bin = bin * self.side + index.min(self.side - 1);
        }
        Some(bin)
    }
}
