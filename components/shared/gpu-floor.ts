/** Oldest NVIDIA driver that runs what ComfyUI's CUDA image is built for (CUDA 13). */
export const DRIVER_FLOOR = "580";
/** Oldest NVIDIA Container Toolkit without a known way out of a container (CVE-2024-0132, CVE-2025-23359, CVE-2025-23266). */
export const TOOLKIT_FLOOR = "1.17.8";
