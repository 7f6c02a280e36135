// From OPENAPI into MADE; Node runs what comes out, so that each import names its file.
export default {
  input: process.env.OPENAPI,
  output: { path: process.env.MADE, module: { extension: '.ts' } },
  plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch']
}
