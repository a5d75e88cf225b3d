/**
 * The equations of the Signing Agent's curve, BLS12-381 as the vendor's library computes it: keys and signatures, and the
 * one-pass proof of `x-api-zkp`. Pure functions; randomness comes in as an argument.
 */
export { blsPublicKey, blsSign, blsVerify, secretFromBytes } from './bls.ts';
export { CurveEncodingError, readCompressedG1, readG1, readG2, readScalar } from './encoding.ts';
export { clientSecret, type OnePassProof, prove, proves, tokenOf } from './one-pass.ts';
