//! Guidance Lab: Gaussian-mixture diffusion with classifier guidance, where everything has a closed form.
