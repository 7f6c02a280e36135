// 客户端的类型；每个接口的内容在 api.d.ts（由 openapi.json 生成）。

import { Deletes, Gets, Posts, Puts, SessionOut, UploadIn, UploadOut } from './api'

export * from './api'

/** 一切失败都是它：`status` 为 0 表示没有收到回答。 */
export class ApiError extends Error {
  status: number
  code: number
  /** 稳定的名称，见 errors.md；没有回答是 `NETWORK`，无法识别是 `NOT_JSON` */
  error: string
  /** 可以直接给用户看的中文 */
  message: string
  data: Record<string, unknown> | null
  requestId: string | null
  /** 服务器要求等待的秒数 */
  retryAfter: number | null
  /** 微信给开发者看的说明，如“不在以下 request 合法域名列表中” */
  detail: string | null
}

export interface Options {
  /** 服务器地址，如 `https://example.com`，不含 `/api/v1` */
  baseUrl: string
  /** 登录凭证从哪里来；默认 `wx.login`。用模拟器时：`() => 'sim:ning:' + Date.now()` */
  loginCode?: () => string | Promise<string>
  /** 每个请求的时限（毫秒） */
  timeout?: number
  /** 一次操作最多试几次，默认 3 */
  tries?: number
  /** 等待多少毫秒；测试时可以换掉 */
  wait?: (ms: number) => Promise<void>
  /** 默认为全局的 wx */
  wx?: Pick<WechatMiniprogram.Wx, 'request' | 'uploadFile' | 'login' | 'getStorageSync' | 'setStorageSync' | 'removeStorageSync'>
}

export interface Keyed {
  /** 幂等编号；不给时每次调用自动生成一个，自动重试都用它 */
  key?: string
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
  upload(filePath: string, purpose: UploadIn['purpose'], more?: Keyed): Promise<UploadOut>
  list<Path extends keyof Lists & string>(path: Path, query?: QueryOf<Lists[Path]>): CursorList<ItemOf<Lists[Path]>>
}

export function createClient(options: Options): Client
/** 一个新的幂等编号 */
export function newKey(): string
