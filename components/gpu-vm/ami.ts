/** AWS's own name for the id of its newest Deep Learning Base GPU AMI with NVIDIA's open driver, for Ubuntu 24.04. */
export const AMI_PARAMETER =
  "/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id";
