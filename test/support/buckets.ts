import type { Resource } from "../../policies/core/resource";
import { UNKNOWN, type Value } from "../../policies/core/value";
import { resource } from "./policy";

type Props = Record<string, Value>;

export const bucket = (props: Props = {}, name = "pictures"): Resource =>
  resource("aws:s3/bucket:Bucket", props, name);
/** As version 6 of the provider called it. */
export const bucketV2 = (props: Props = {}, name = "pictures"): Resource =>
  resource("aws:s3/bucketV2:BucketV2", props, name);
/** What says one thing about the bucket, before ids are known. */
export const about = (kind: string, props: Props = {}, name = "it"): Resource =>
  resource(`aws:s3/bucket${kind}:Bucket${kind}`, { bucket: UNKNOWN, ...props }, name);
