/** Arguments of `DockerHost`. */
export interface DockerHostArgs {
  /** Stack name; everything made on the engine carries it in its name and in the label `comfy-fortress.stack`. */
  readonly stack: string;
  /** Debian image by digest that images are built on; made by debootstrap where no registry answers. */
  readonly baseImage: string;
}
