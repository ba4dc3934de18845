import { JWT_ALGORITHMS } from "../../components/gateway/authorizer/methods/jwt-keys";
import { instanceTypeList } from "../../components/gpu-vm/instance-types";
import { IMAGE_PARTS } from "../../components/shared/image-parts";

/** What to say about a key, by its path with list positions left out. */
export const GUIDANCE: Readonly<Record<string, { allowed: string; fix: string }>> = {
  stack: {
    allowed: "1 to 32 of a-z, 0-9 and -, beginning with a letter",
    fix: "choose another stack name: it becomes part of container and image names",
  },
  target: {
    allowed: "local, aws",
    fix: "set it to local for this machine's Docker Engine, or to aws for a machine with a GPU there",
  },
  domain: {
    allowed: "a host name in lower case, such as comfy.example.com, or with target local localhost",
    fix: "give the bare host name: no scheme, port, path, underscore or upper case",
  },
  port: {
    allowed: "a whole number from 1 to 65535",
    fix: "set a free port, such as 8443",
  },
  ipv6: {
    allowed: "true, false",
    fix: "set it to true to publish on IPv6 too; with a domain of your own that needs Docker 27 or newer",
  },
  allowedCidrs: {
    allowed:
      "a list of at most 1000 IPv4 or IPv6 addresses and ranges, such as 203.0.113.7, 198.51.100.0/24, 2001:db8::/32",
    fix: "list who may connect, or remove the key for everyone (0.0.0.0/0 is everyone with IPv4, ::/0 with IPv6)",
  },
  adminCidrs: {
    allowed:
      "with target aws: a list of 1 to 60 IPv4 or IPv6 addresses and ranges, none wider than /24 or /64, such as 203.0.113.7",
    fix: "list the addresses that you and your pipeline connect from; Pulumi itself reaches the machine by SSH",
  },
  certificate: {
    allowed: "private-ca, letsencrypt",
    fix: "set private-ca, or letsencrypt for a domain whose DNS you can write to",
  },
  acme: {
    allowed: "with certificate letsencrypt: an object {email, directoryUrl, dnsHooks or zoneId, caBundle}",
    fix: "set certificate to letsencrypt too, or remove the key",
  },
  "acme.email": {
    allowed: "one mail address, such as admin@example.com",
    fix: "give the address that the authority may send notices to",
  },
  "acme.directoryUrl": {
    allowed: "production, staging, or an https URL without credentials or fragment",
    fix: "try with staging first, then remove the key",
  },
  "acme.dnsHooks": {
    allowed:
      "the path of a folder with auth-hook and cleanup-hook (absolute, or beginning with ./ or ../), or zoneId",
    fix: "give one of dnsHooks and zoneId: how the domain is proven to be yours (Pulumi.README.yaml)",
  },
  "acme.zoneId": {
    allowed: "the id of a hosted zone in Route 53, such as Z0123456789ABCDEFGHIJ, or dnsHooks",
    fix: "give the id of the zone that holds the domain, or dnsHooks for another DNS host; not both",
  },
  "acme.caBundle": { allowed: "the path of a readable PEM file", fix: "correct the path or remove the key" },
  methods: {
    allowed: "a list with at least one of: apiKey, basic, jwt, mtls",
    fix: "list the ways in that clients use, e.g. [apiKey, basic]",
  },
  clients: {
    allowed:
      "a list of 1 to 10000 clients, each {name, role, rate, burst, generation, retirePrevious, expires}",
    fix: "list at least one client, e.g. [{name: me, role: admin}]",
  },
  "clients.name": {
    allowed: "1 to 32 of a-z, 0-9 and -, beginning with a letter, no two alike",
    fix: "rename the client: its name becomes a folder and part of resource names",
  },
  "clients.role": {
    allowed: "worker, user, admin",
    fix: "choose the smallest role that does the client's work",
  },
  requireClientCertificate: {
    allowed: "true, false",
    fix: "set it to true to ask for a client certificate on top of any other method",
  },
  "clients.methods": {
    allowed: "a list with at least one of the enabled methods",
    fix: "list methods that are in `methods` too, or remove the key for all of them",
  },
  "clients.password": {
    allowed: "12 to 128 characters, not made of common words or the client's name",
    fix: "choose a better one, or remove the key and let the stack generate one",
  },
  session: { allowed: "an object {generation, retirePrevious}", fix: "see Pulumi.README.yaml" },
  "session.generation": {
    allowed: "a whole number from 1",
    fix: "raise it by one to sign sessions with a new key",
  },
  "session.retirePrevious": {
    allowed: "true, false",
    fix: "set it to true to end the sessions that the key before has signed",
  },
  jwt: {
    allowed: "an object {issuer, audience, tenantClaim, maxLifetimeSeconds, keys}",
    fix: "see Pulumi.README.yaml",
  },
  "jwt.issuer": { allowed: "1 to 200 characters", fix: "give what your tokens have as iss" },
  "jwt.audience": { allowed: "1 to 200 characters", fix: "give what your tokens have in aud" },
  "jwt.tenantClaim": {
    allowed: "the name of a claim, beginning with a letter or _",
    fix: "name the claim that says whose data the bearer works on, e.g. sub",
  },
  "jwt.maxLifetimeSeconds": {
    allowed: "a whole number of seconds from 60 to 31536000",
    fix: "set the longest life you give a token; short is better",
  },
  "jwt.keys": {
    allowed: "a list of at most 100 keys, each {kid, algorithm, key, role, client}",
    fix: "see Pulumi.README.yaml",
  },
  "jwt.keys.kid": {
    allowed: "1 to 128 visible ASCII characters, no two alike, none a client's name",
    fix: "give the kid that your tokens have in their header",
  },
  "jwt.keys.algorithm": {
    allowed: JWT_ALGORITHMS.join(", "),
    fix: "give the one algorithm that this key signs with",
  },
  "jwt.keys.key": {
    allowed: "HS*: the secret in base64url; others: the public key in PEM",
    fix: "give the key; keep secrets encrypted with pulumi config set --secret",
  },
  "jwt.keys.role": { allowed: "worker, user, admin", fix: "choose the smallest role that does the work" },
  "jwt.keys.client": { allowed: "a name like a client's", fix: "rename it or remove the key" },
  "clients.rate": {
    allowed: "a whole number from 1 to 99999, then r/s, r/m or r/h, e.g. 10r/m",
    fix: "say how many prompts the client may post per second, minute or hour",
  },
  "clients.burst": {
    allowed: "a whole number from 0 to 1000",
    fix: "say how many prompts may come at once on top of the rate",
  },
  "clients.generation": {
    allowed: "a whole number from 1",
    fix: "raise it by one to give the client a new key",
  },
  "clients.retirePrevious": {
    allowed: "true, false",
    fix: "set it to true once the client uses its new key",
  },
  "clients.expires": {
    allowed: "a date (its first moment, UTC) or a moment: 2027-01-31, 2027-01-31T18:00:00+01:00",
    fix: "give the moment from which the client is refused, or remove the key",
  },
  comfyui: {
    allowed:
      "an object {source, commit, accelerator, torchIndex, lock, customNodes, deniedNodes, allowedNodes}",
    fix: "see Pulumi.README.yaml",
  },
  "comfyui.source": {
    allowed: "auto, official, stand-in, or the path of a checkout (absolute, or beginning with ./ or ../)",
    fix: "a path that exists on this machine and begins with /, ./ or ../, or one of the words",
  },
  "comfyui.commit": {
    allowed: "40 lower-case hexadecimal digits",
    fix: "give the full commit id; branches and tags move and are not accepted",
  },
  "comfyui.accelerator": { allowed: "cpu, cuda", fix: "set cpu on a machine without an NVIDIA GPU" },
  "comfyui.torchIndex": {
    allowed: "an https URL without credentials, of a package index that has torch",
    fix: "give the index's URL as pip takes it, or remove the key for PyTorch's own",
  },
  "comfyui.lock": {
    allowed:
      "the path of a requirements.lock (absolute, or beginning with ./ or ../), for a ComfyUI that is built",
    fix: "copy /opt/comfyui/requirements.lock out of an image, or remove the key to resolve the requirements anew",
  },
  "comfyui.customNodes": {
    allowed: "a list of at most 100 custom nodes, each {url, commit, name}, for a ComfyUI that is built",
    fix: "see Pulumi.README.yaml; the stand-in loads no custom nodes",
  },
  "comfyui.customNodes.url": {
    allowed:
      "an https URL without credentials, or the path of a folder (absolute, or beginning with ./ or ../)",
    fix: "give the repository's URL, or check the node out and give the path; some repositories are denied",
  },
  "comfyui.customNodes.commit": {
    allowed: "40 lower-case hexadecimal digits; needed with an https URL",
    fix: "give the full commit id that you have looked at; branches and tags move and are not accepted",
  },
  "comfyui.customNodes.name": {
    allowed: "1 to 64 of A-Z, a-z, 0-9, -, _ and ., not ending with .disabled, no two alike",
    fix: "set name: it becomes the node's folder; by default it is the last part of url",
  },
  "comfyui.deniedNodes": {
    allowed: "a list of node class names",
    fix: "list names as they stand in class_type, e.g. [SomeNode]",
  },
  "comfyui.allowedNodes": {
    allowed: "a list of at least one node class name",
    fix: "list every node class your workflows use, or remove the key to allow all but the denied ones",
  },
  models: {
    allowed: "a list of at most 1000 models, each {url, sha256, folder, name}",
    fix: "see Pulumi.README.yaml",
  },
  "models.url": {
    allowed: "an https URL without user, password or fragment",
    fix: "give the address of the file itself, such as https://host/path/model.safetensors",
  },
  "models.sha256": {
    allowed: "64 lower-case hexadecimal digits",
    fix: "give the SHA-256 that the file's publisher names; it is what makes it the right file",
  },
  "models.folder": {
    allowed: "a folder of ComfyUI's models, such as checkpoints, loras, vae, controlnet or loras/portraits",
    fix: "give a relative path without hidden parts or ..",
  },
  "models.name": {
    allowed:
      "a file name of A-Z, a-z, 0-9, ., _ and - that ends in .safetensors or .gguf; no two in one folder",
    fix: "name the file where the URL does not; other formats can run code when they are loaded",
  },
  watcher: { allowed: "an object {action}", fix: "see Pulumi.README.yaml" },
  "watcher.action": {
    allowed: "alert, stop",
    fix: "set alert to be told only, or stop to have ComfyUI stopped too",
  },
  vm: {
    allowed:
      "with target aws: an object {instanceType, amiId, rootVolumeGiB, dataVolumeGiB, dataSnapshotId, keepData, spot, subnetId, availabilityZone, hostedZoneId, allowWideAdminCidrs}",
    fix: "see Pulumi.README.yaml; with target local remove the key",
  },
  "vm.instanceType": {
    allowed: instanceTypeList(),
    fix: "choose one with the GPU memory that your models need, such as g6.xlarge (22 GiB)",
  },
  "vm.amiId": {
    allowed: "the id of an AMI, such as ami-0123456789abcdef0",
    fix: "give the id of a Deep Learning Base GPU AMI (Ubuntu) of the region, or remove the key",
  },
  "vm.rootVolumeGiB": {
    allowed: "a whole number from 100 to 16384",
    fix: "leave room for the image, three images of ComfyUI and what builds them",
  },
  "vm.dataVolumeGiB": {
    allowed: "a whole number from 20 to 16384",
    fix: "set what models and outputs need; it can grow later, and never shrink",
  },
  "vm.dataSnapshotId": {
    allowed: "the id of a snapshot, such as snap-0123456789abcdef0",
    fix: "give the id of a snapshot of a data volume, or remove the key for an empty one",
  },
  "vm.keepData": {
    allowed: "true, false",
    fix: "set it to false to have the data volume deleted with the stack",
  },
  "vm.spot": {
    allowed: "true, false",
    fix: "set it to true for a machine at a lower price that AWS may stop at any time",
  },
  "vm.subnetId": {
    allowed: "the id of a public subnet, such as subnet-0123456789abcdef0",
    fix: "give the id of a subnet with a route to an internet gateway, or remove the key to have a VPC made",
  },
  "vm.availabilityZone": {
    allowed: "an availability zone of the region, such as eu-central-1a; not together with subnetId",
    fix: "give a zone that offers the instance type, or remove the key",
  },
  "vm.hostedZoneId": {
    allowed: "the id of a hosted zone in Route 53, such as Z0123456789ABCDEFGHIJ",
    fix: "give the id of the zone that holds the domain, or remove the key and make the records yourself",
  },
  "vm.allowWideAdminCidrs": {
    allowed: "true, false",
    fix: "set it to true only where administrators' addresses change within a wider range",
  },
  power: {
    allowed: "with target aws: an object {idleMinutes, schedule}",
    fix: "see Pulumi.README.yaml; with target local remove the key",
  },
  "power.idleMinutes": {
    allowed: "a whole number from 5 to 1440",
    fix: "set how long the machine may have nothing to do before it stops, or remove the key",
  },
  "power.schedule": {
    allowed: "an object {start, stop, timeZone} with at least one of start and stop",
    fix: 'give when the machine starts or stops, such as {stop: "20:00", timeZone: Europe/Berlin}',
  },
  "power.schedule.start": {
    allowed: "a time of day, or days and a time, such as 08:00, MON-FRI 08:00, SAT,SUN 10:30",
    fix: "write days in capitals and the time with four digits, in quotes: YAML takes 08:00 for a number",
  },
  "power.schedule.stop": {
    allowed: "a time of day, or days and a time, such as 20:00, MON-FRI 20:00, SAT,SUN 22:30",
    fix: "write days in capitals and the time with four digits, in quotes: YAML takes 20:00 for a number",
  },
  "power.schedule.timeZone": {
    allowed: "the name of a time zone, such as UTC or Europe/Berlin",
    fix: "give the zone's name in the tz database",
  },
  monitoring: {
    allowed: "with target aws: an object {email, logRetentionDays, monthlyBudgetUsd}",
    fix: "see Pulumi.README.yaml; with target local remove the key",
  },
  "monitoring.email": {
    allowed: "one mail address, such as ops@example.com",
    fix: "give the address that alarms go to: a break-in that nobody is told of goes on",
  },
  "monitoring.logRetentionDays": {
    allowed: "90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653",
    fix: "choose one of the spans that CloudWatch has; a break-in is often noticed after weeks",
  },
  "monitoring.monthlyBudgetUsd": {
    allowed: "a whole number of US dollars from 1 to 1000000",
    fix: "set what the stack may cost a month, or remove the key",
  },
  build: { allowed: "an object {baseImage, caBundle, images}", fix: "see Pulumi.README.yaml" },
  "build.baseImage": {
    allowed: "a Debian trixie image by digest: name@sha256:<64 hexadecimal digits>",
    fix: "pin the image by digest: a tag can be moved to another image",
  },
  "build.images": {
    allowed: `an object of images by digest (repository@sha256:<64 hexadecimal digits>), by part: ${IMAGE_PARTS.join(", ")}`,
    fix: "give the digest that the registry shows: a tag can be moved to another image; leave out what is to be built",
  },
  "build.caBundle": { allowed: "the path of a readable PEM file", fix: "correct the path or remove the key" },
};
