import type { UserDataArgs } from "../../components/gpu-vm/cloud-init/args";

/** What a machine of a test is set up with; the keys are made up, and nobody's. */
export const USER_DATA: UserDataArgs = {
  hostName: "comfy-test-vm",
  user: "ubuntu",
  authorizedKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVzZXI",
  hostKey: {
    private: "-----BEGIN OPENSSH PRIVATE KEY-----\nbm90IGEga2V5\n-----END OPENSSH PRIVATE KEY-----\n",
    public: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGhvc3Q",
  },
  dataVolumeId: "vol-0123456789abcdef0",
  swapGiB: 8,
  gpu: true,
};
