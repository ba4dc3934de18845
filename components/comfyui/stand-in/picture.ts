/** Pictures as rows made on demand, so that a 16384 x 16384 image never lies in memory as a whole. */
import { createHash } from "node:crypto";

export interface Picture {
  /** in pixels */
  readonly width: number;
  /** in pixels */
  readonly height: number;
  /** 3 for RGB, 4 for RGBA; 8 bits each */
  readonly channels: 3 | 4;
  /** Fills `target` (width * channels bytes) with row `y`. */
  fillRow(y: number, target: Buffer): void;
}

/** One colour, given as 0xRRGGBB. */
export function solid(width: number, height: number, color: number): Picture {
  const pixel = Buffer.from([(color >> 16) & 0xff, (color >> 8) & 0xff, color & 0xff]);
  return { width, height, channels: 3, fillRow: (_y, target) => void target.fill(pixel) };
}

/** A diagonal gradient between two colours and in a direction that follow from `text` alone. */
export function gradient(width: number, height: number, text: string): Picture {
  const digest = createHash("sha256").update(text).digest();
  const byte = (index: number): number => digest[index] as number;
  const slopeX = byte(6) / width;
  const slopeY = (255 - byte(6)) / height;
  return {
    width,
    height,
    channels: 3,
    fillRow(y, target) {
      for (let x = 0; x < width; x++) {
        const share = (x * slopeX + y * slopeY) / 255;
        for (let channel = 0; channel < 3; channel++) {
          target[x * 3 + channel] = byte(channel) + (byte(channel + 3) - byte(channel)) * share;
        }
      }
    },
  };
}

/** Samples held in memory, row after row. */
export function fromPixels(width: number, height: number, channels: 3 | 4, pixels: Buffer): Picture {
  const stride = width * channels;
  return {
    width,
    height,
    channels,
    fillRow: (y, target) => void pixels.copy(target, 0, y * stride, (y + 1) * stride),
  };
}

/** `picture` with its four channels computed, pixel by pixel, by `map` (red, green, blue, alpha in and out). */
export function mapPixels(
  picture: Picture,
  channels: 3 | 4,
  map: (rgba: readonly number[], x: number, y: number) => readonly number[],
): Picture {
  const row = Buffer.alloc(picture.width * picture.channels);
  return {
    width: picture.width,
    height: picture.height,
    channels,
    fillRow(y, target) {
      picture.fillRow(y, row);
      for (let x = 0; x < picture.width; x++) {
        const from = x * picture.channels;
        const alpha = picture.channels === 4 ? (row[from + 3] as number) : 255;
        const pixel = map(
          [row[from] as number, row[from + 1] as number, row[from + 2] as number, alpha],
          x,
          y,
        );
        for (let channel = 0; channel < channels; channel++) {
          target[x * channels + channel] = pixel[channel] as number;
        }
      }
    },
  };
}
