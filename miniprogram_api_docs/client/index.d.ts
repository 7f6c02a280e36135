// 客户端的类型；每个接口的内容在 api.d.ts（由 openapi.json 生成）。

import { Deletes, DocumentOut, Gets, Posts, Puts, SessionOut, UploadIn, UploadOut } from './api'

export * from './api'

/** 一切失败都是它：`status` 为 0 表示没有收到回答，这时 `answered` 是 false。 */
export class ApiError extends Error {
  /** 自己的失败也可以这样说，例如队列里被拒绝的一份 */
  constructor(status: number, told: { error: string; message: string; data?: Record<string, unknown> | null })
  status: number
  code: number
  /**
   * 稳定的名称，见 errors.md。没有收到回答时是：`OFFLINE` 手机没有联网，`TIMEOUT` 等了很久，`CANCELLED` 用户取消了，
   * `NETWORK` 其余（如域名没有登记）；`NOT_JSON` 是无法识别，`NOT_DOWNLOADED` 是文件没有下载下来，`CONSENT_DECLINED` 是
   * 用户没有同意
   */
  error: string
  /** 服务器回答了，不同意：提示 `message`；不是网络的问题，不用请用户重试 */
  readonly answered: boolean
  /** 手机没有联网 */
  readonly offline: boolean
  /** 可以直接给用户看的中文 */
  message: string
  data: Record<string, unknown> | null
  requestId: string | null
  /** 服务器要求等待的秒数 */
  retryAfter: number | null
  /** 微信给开发者看的说明，如“不在以下 request 合法域名列表中” */
  detail: string | null
}

/** 要用户同意的一份文件 */
export interface DocumentToAgree {
  document: DocumentOut['document']
  version: string
  title: string
  /** 正文（Markdown） */
  text: string
}

export interface Options {
  /** 服务器地址，如 `https://example.com`，不含 `/api/v1`。用 `container` 时是上传图片用的公网地址 */
  baseUrl?: string
  /** 微信云托管：其余请求都走 `wx.cloud.callContainer` */
  container?: { env: string; service: string }
  /** 显示一份文件给用户看，答复是否同意；给了它，第一次登录以前会先问隐私说明 */
  askConsent?: (document: DocumentToAgree) => boolean | Promise<boolean>
  /** 登录凭证从哪里来；默认 `wx.login`。用模拟器时：`() => 'sim:ning:' + Date.now()` */
  loginCode?: () => string | Promise<string>
  /** 每个请求的时限（毫秒） */
  timeout?: number
  /** 一次操作最多试几次，默认 3 */
  tries?: number
  /** 等待多少毫秒；测试时可以换掉 */
  wait?: (ms: number) => Promise<void>
  /** 现在（毫秒）；测试时可以换掉 */
  now?: () => number
  /** 默认为全局的 wx */
  wx?: Pick<
    WechatMiniprogram.Wx,
    | 'request' | 'uploadFile' | 'downloadFile' | 'login' | 'getStorageSync' | 'setStorageSync' | 'removeStorageSync'
    | 'getNetworkType' | 'onNetworkStatusChange' | 'onAppShow' | 'requirePrivacyAuthorize' | 'cloud'
  >
}

export interface Keyed {
  /** 幂等编号；不给时每次调用自动生成一个，自动重试都用它 */
  key?: string
}

/** 正在上传的图片：等它的结果，或者取消 */
export interface Uploading extends Promise<UploadOut> {
  cancel(): void
}

/** 等着送出的一份；`refused` 是服务器不同意，`doubtful` 是发出以后没有收到回答、不知道办没办 */
export interface Waiting {
  key: string
  method: 'POST' | 'PUT'
  path: string
  body: unknown
  title: string
  group: string
  /** 存下的时间（毫秒） */
  at: number
  state: 'waiting' | 'refused' | 'doubtful'
  fault: QueueFault | null
}

export interface QueueFault {
  status: number
  error: string
  message: string
  data: Record<string, unknown> | null
}

/** 提交以后怎样了：`done` 办好了，`data` 是结果；其余的还在队列里 */
export type Outcome<Data> =
  | { key: string; state: 'done'; data: Data; fault: null }
  | { key: string; state: Waiting['state']; data: null; fault: QueueFault | null }

export interface Queued extends Keyed {
  /** 显示给用户看的，如“签到” */
  title?: string
  /** 同一件事：前面的被拒绝，后面的等用户决定。默认是路径的前两段，如 `/wishes/17` */
  group?: string
}

/** 没有网络时也能提交：先存在手机里，连上网按先后送出，每份只办一次 */
export interface Queue {
  post<Path extends keyof Posts & string>(
    path: Path,
    body?: BodyOf<Posts[Path]>,
    more?: Queued
  ): Promise<Outcome<DataOf<Posts[Path]>>>
  put<Path extends keyof Puts & string>(
    path: Path,
    body?: BodyOf<Puts[Path]>,
    more?: Queued
  ): Promise<Outcome<DataOf<Puts[Path]>>>
  act<Data = unknown>(path: string, action: string, body?: object, more?: Queued): Promise<Outcome<Data>>
  /** 我还没有送出的，先存的在前 */
  items(): Waiting[]
  /** 现在就送 */
  flush(): Promise<void>
  /** 用户看过以后再送一次 */
  retry(key: string): Promise<void>
  /** 用户不要了 */
  drop(key: string): Promise<void>
  /** 在 app.js 的 onLaunch 调用：连上网、回到小程序时自动送 */
  start(): Promise<void>
  /** 有变化时告诉我；返回的函数用来取消 */
  onChange(listener: (items: Waiting[]) => void): () => void
}

/** 一页一页地读一个列表；也可以 `for await (const one of list)`。 */
export interface CursorList<Item> extends AsyncIterable<Item> {
  items: Item[]
  finished: boolean
  /** 取下一页，接在 `items` 后面；没有下一页时为空 */
  loadMore(): Promise<Item[]>
  /** 从第一页重新开始 */
  reload(): Promise<Item[]>
}

type Paged = { data: { list: unknown[]; nextCursor: string | null } }
/** 是列表的那些路径 */
export type Lists = { [Path in keyof Gets as Gets[Path] extends Paged ? Path : never]: Gets[Path] }
type ItemOf<Call> = Call extends { data: { list: Array<infer Item> } } ? Item : never
type QueryOf<Call> = Call extends { query: infer Query } ? Query : never
type BodyOf<Call> = Call extends { body: infer Body } ? Body : never
type DataOf<Call> = Call extends { data: infer Data } ? Data : never
/** 没有必填内容时，可以不写 */
type Args<Asked> = [Asked] extends [undefined] ? [] : {} extends Asked ? [asked?: Asked] : [asked: Asked]
type KeyedArgs<Asked> = [Asked] extends [undefined]
  ? [asked?: undefined, more?: Keyed]
  : {} extends Asked
    ? [asked?: Asked, more?: Keyed]
    : [asked: Asked, more?: Keyed]

export interface Client {
  signIn(): Promise<SessionOut>
  signOut(): Promise<void>
  signedIn(): boolean
  get<Path extends keyof Gets & string>(path: Path, ...query: Args<QueryOf<Gets[Path]>>): Promise<DataOf<Gets[Path]>>
  post<Path extends keyof Posts & string>(path: Path, ...body: KeyedArgs<BodyOf<Posts[Path]>>): Promise<DataOf<Posts[Path]>>
  put<Path extends keyof Puts & string>(path: Path, ...body: Args<BodyOf<Puts[Path]>>): Promise<DataOf<Puts[Path]>>
  remove<Path extends keyof Deletes & string>(path: Path, ...body: Args<BodyOf<Deletes[Path]>>): Promise<DataOf<Deletes[Path]>>
  /** 办 `actions` 里的一个操作，返回新的对象 */
  act<Data = unknown>(path: string, action: string, body?: object, more?: Keyed): Promise<Data>
  upload(
    filePath: string,
    purpose: UploadIn['purpose'],
    more?: Keyed & { onProgress?: (percent: number) => void }
  ): Uploading
  /** 下载一个文件，如 `/me/export`、`/wishes/17/qr`：得到微信的临时文件路径 */
  download(path: string, query?: Record<string, unknown>): Promise<string>
  list<Path extends keyof Lists & string>(path: Path, query?: QueryOf<Lists[Path]>): CursorList<ItemOf<Lists[Path]>>
  /** 第一次填写个人信息以前：微信的隐私授权和我们的隐私说明，同意了才登录；不同意是 `CONSENT_DECLINED` */
  beforePersonal(): Promise<void>
  queue: Queue
}

export function createClient(options: Options): Client
/** 一个新的幂等编号 */
export function newKey(): string
