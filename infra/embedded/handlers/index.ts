import { command } from "./command";
import { container } from "./docker-container";
import { image } from "./docker-image";
import { network } from "./docker-network";
import { remoteImage } from "./docker-remote-image";
import { volume } from "./docker-volume";
import type { Handler } from "./handler";
import { provider } from "./provider";
import { bytes, password } from "./random";
import { certRequest, locallySignedCert, privateKey, selfSignedCert } from "./tls";

/** Every resource type that the embedded engine knows: exactly those that the program uses on the local target. */
export const HANDLERS: Record<string, Handler> = {
  "pulumi:providers:docker": provider,
  "docker:index/network:Network": network,
  "docker:index/volume:Volume": volume,
  "docker:index/image:Image": image,
  "docker:index/remoteImage:RemoteImage": remoteImage,
  "docker:index/container:Container": container,
  "command:local:Command": command,
  "tls:index/privateKey:PrivateKey": privateKey,
  "tls:index/certRequest:CertRequest": certRequest,
  "tls:index/selfSignedCert:SelfSignedCert": selfSignedCert,
  "tls:index/locallySignedCert:LocallySignedCert": locallySignedCert,
  "random:index/randomBytes:RandomBytes": bytes,
  "random:index/randomPassword:RandomPassword": password,
};
