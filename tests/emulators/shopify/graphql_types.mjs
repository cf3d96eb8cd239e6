// The part of the Admin API's schema that is emulated. Fields, arguments and their types are those
// of the published reference; what is not here is unknown to the emulator. `@from` and `@until` are
// versions. A type XConnection that is not written out has edges, nodes and pageInfo of X.
const page = "first: Int, after: String, last: Int, before: String, reverse: Boolean = false";

export const definitions = `
scalar ID scalar String scalar Int scalar Float scalar Boolean
scalar DateTime scalar Decimal scalar Money scalar URL scalar HTML scalar JSON scalar UnsignedInt64
scalar FormattedString

interface Node { id: ID! }
interface HasMetafields {
  metafield(namespace: String, key: String!): Metafield
  metafields(namespace: String, keys: [String!], ${page}): MetafieldConnection!
}
interface Media {
  alt: String id: ID! mediaContentType: MediaContentType! preview: MediaPreviewImage
  status: MediaStatus!
}
interface DisplayableError { field: [String!] message: String! }

type QueryRoot {
  shop: Shop!
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  product(id: ID!): Product
  productByHandle(handle: String!): Product
  productByIdentifier(identifier: ProductIdentifierInput!): Product
  products(${page}, sortKey: ProductSortKeys = ID, query: String, savedSearchId: ID):
    ProductConnection!
  productsCount(query: String, savedSearchId: ID, limit: Int = 10000): Count
  productVariant(id: ID!): ProductVariant
  productVariants(${page}, sortKey: ProductVariantSortKeys = ID, query: String, savedSearchId: ID):
    ProductVariantConnection!
  productVariantsCount(query: String, savedSearchId: ID, limit: Int = 10000): Count
  collection(id: ID!): Collection
  collections(${page}, sortKey: CollectionSortKeys = ID, query: String, savedSearchId: ID):
    CollectionConnection!
  collectionsCount(query: String, savedSearchId: ID, limit: Int = 10000): Count
  inventoryItem(id: ID!): InventoryItem
  inventoryItems(${page}, query: String): InventoryItemConnection!
  inventoryLevel(id: ID!): InventoryLevel
  location(id: ID): Location
  locations(${page}, sortKey: LocationSortKeys = NAME, query: String,
    includeLegacy: Boolean = false, includeInactive: Boolean = false): LocationConnection!
  order(id: ID!): Order
  orders(${page}, sortKey: OrderSortKeys = PROCESSED_AT, query: String, savedSearchId: ID):
    OrderConnection!
  ordersCount(query: String, savedSearchId: ID, limit: Int = 10000): Count
  currentAppInstallation: AppInstallation!
  currentBulkOperation(type: BulkOperationType = QUERY): BulkOperation
  bulkOperation(id: ID!): BulkOperation @from(version: "2026-01")
  bulkOperations(${page}, sortKey: BulkOperationsSortKeys = CREATED_AT, query: String):
    BulkOperationConnection! @from(version: "2026-01")
  webhookSubscription(id: ID!): WebhookSubscription
  webhookSubscriptions(${page}, sortKey: WebhookSubscriptionSortKeys = CREATED_AT, query: String,
    format: WebhookSubscriptionFormat, topics: [WebhookSubscriptionTopic!], uri: String):
    WebhookSubscriptionConnection!
  publicApiVersions: [ApiVersion!]!
}

type Mutation {
  bulkOperationRunQuery(query: String!, groupObjects: Boolean! = false):
    BulkOperationRunQueryPayload
  bulkOperationCancel(id: ID!): BulkOperationCancelPayload
  webhookSubscriptionCreate(topic: WebhookSubscriptionTopic!,
    webhookSubscription: WebhookSubscriptionInput!): WebhookSubscriptionCreatePayload
  webhookSubscriptionUpdate(id: ID!, webhookSubscription: WebhookSubscriptionInput!):
    WebhookSubscriptionUpdatePayload
  webhookSubscriptionDelete(id: ID!): WebhookSubscriptionDeletePayload
}

type Shop implements Node & HasMetafields {
  id: ID! name: String! email: String! contactEmail: String! myshopifyDomain: String!
  primaryDomain: Domain! url: URL! currencyCode: CurrencyCode! currencyFormats: CurrencyFormats!
  enabledPresentmentCurrencies: [CurrencyCode!]! ianaTimezone: String! timezoneOffset: String!
  timezoneOffsetMinutes: Int! timezoneAbbreviation: String! plan: ShopPlan! shopOwnerName: String!
  weightUnit: WeightUnit! createdAt: DateTime! updatedAt: DateTime! taxesIncluded: Boolean!
  metafield(namespace: String, key: String!): Metafield
  metafields(namespace: String, keys: [String!], ${page}): MetafieldConnection!
}
type Domain implements Node { id: ID! host: String! url: URL! sslEnabled: Boolean! }
type CurrencyFormats { moneyFormat: FormattedString! moneyWithCurrencyFormat: FormattedString! }
type ShopPlan {
  displayName: String! publicDisplayName: String! partnerDevelopment: Boolean!
  shopifyPlus: Boolean!
}
type AppInstallation implements Node { id: ID! accessScopes: [AccessScope!]! app: App! }
type AccessScope { handle: String! description: String! }
type App implements Node { id: ID! title: String! apiKey: String! }
type ApiVersion { handle: String! displayName: String! supported: Boolean! }
type Count { count: Int! precision: CountPrecision! }

type Product implements Node & HasMetafields {
  id: ID! legacyResourceId: UnsignedInt64! title: String! handle: String!
  description(truncateAt: Int): String! descriptionHtml: HTML! vendor: String!
  productType: String! tags: [String!]! status: ProductStatus! createdAt: DateTime!
  updatedAt: DateTime! publishedAt: DateTime onlineStoreUrl: URL onlineStorePreviewUrl: URL
  templateSuffix: String isGiftCard: Boolean! hasOnlyDefaultVariant: Boolean!
  hasOutOfStockVariants: Boolean! totalInventory: Int! tracksInventory: Boolean!
  requiresSellingPlan: Boolean! category: TaxonomyCategory seo: SEO! defaultCursor: String!
  options(first: Int): [ProductOption!]!
  priceRangeV2: ProductPriceRangeV2! compareAtPriceRange: ProductCompareAtPriceRange
  variants(${page}, sortKey: ProductVariantSortKeys = POSITION): ProductVariantConnection!
  variantsCount: Count
  media(${page}, sortKey: ProductMediaSortKeys = POSITION, query: String): MediaConnection!
  mediaCount: Count
  featuredMedia: Media
  featuredImage: Image
  images(${page}, sortKey: ProductImageSortKeys = POSITION): ImageConnection!
  collections(${page}, sortKey: CollectionSortKeys = ID, query: String): CollectionConnection!
  inCollection(id: ID!): Boolean!
  metafield(namespace: String, key: String!): Metafield
  metafields(namespace: String, keys: [String!], ${page}): MetafieldConnection!
}
type TaxonomyCategory implements Node { id: ID! name: String! fullName: String! }
type SEO { title: String description: String }
type ProductOption implements Node {
  id: ID! name: String! position: Int! values: [String!]! optionValues: [ProductOptionValue!]!
}
type ProductOptionValue implements Node { id: ID! name: String! hasVariants: Boolean! }
type ProductPriceRangeV2 { minVariantPrice: MoneyV2! maxVariantPrice: MoneyV2! }
type ProductCompareAtPriceRange {
  minVariantCompareAtPrice: MoneyV2! maxVariantCompareAtPrice: MoneyV2!
}
type MoneyV2 { amount: Decimal! currencyCode: CurrencyCode! }
type MoneyBag { shopMoney: MoneyV2! presentmentMoney: MoneyV2! }

type ProductVariant implements Node & HasMetafields {
  id: ID! legacyResourceId: UnsignedInt64! title: String! displayName: String! sku: String
  barcode: String price: Money! compareAtPrice: Money position: Int! taxable: Boolean!
  availableForSale: Boolean! inventoryPolicy: ProductVariantInventoryPolicy!
  inventoryQuantity: Int sellableOnlineQuantity: Int! selectedOptions: [SelectedOption!]!
  createdAt: DateTime! updatedAt: DateTime! product: Product! inventoryItem: InventoryItem!
  image: Image requiresComponents: Boolean! defaultCursor: String!
  media(${page}): MediaConnection!
  metafield(namespace: String, key: String!): Metafield
  metafields(namespace: String, keys: [String!], ${page}): MetafieldConnection!
}
type SelectedOption { name: String! value: String! optionValue: ProductOptionValue! }

type Image {
  id: ID altText: String width: Int height: Int url(transform: ImageTransformInput): URL!
  thumbhash: String originalSrc: URL! src: URL!
}
type MediaImage implements Node & Media {
  id: ID! alt: String mediaContentType: MediaContentType! preview: MediaPreviewImage
  status: MediaStatus! fileStatus: MediaStatus! image: Image mimeType: String
  createdAt: DateTime! updatedAt: DateTime!
}
type MediaPreviewImage { image: Image status: MediaStatus! }

type InventoryItem implements Node {
  id: ID! legacyResourceId: UnsignedInt64! sku: String tracked: Boolean!
  requiresShipping: Boolean! unitCost: MoneyV2 measurement: InventoryItemMeasurement!
  createdAt: DateTime! updatedAt: DateTime! variant: ProductVariant!
  inventoryLevel(locationId: ID!, includeInactive: Boolean = false): InventoryLevel
  inventoryLevels(${page}, query: String, includeInactive: Boolean = false):
    InventoryLevelConnection!
  locationsCount: Count
}
type InventoryItemMeasurement implements Node { id: ID! weight: Weight }
type Weight { value: Float! unit: WeightUnit! }
type InventoryLevel implements Node {
  id: ID! item: InventoryItem! location: Location! createdAt: DateTime! updatedAt: DateTime!
  canDeactivate: Boolean! quantities(names: [String!]!): [InventoryQuantity!]!
}
type InventoryQuantity implements Node {
  id: ID! name: String! quantity: Int! updatedAt: DateTime
}
type Location implements Node {
  id: ID! legacyResourceId: UnsignedInt64! name: String! isActive: Boolean!
  fulfillsOnlineOrders: Boolean! shipsInventory: Boolean! address: LocationAddress!
  createdAt: DateTime! updatedAt: DateTime!
}
type LocationAddress {
  address1: String address2: String city: String zip: String country: String countryCode: String
  formatted: [String!]!
}

type Collection implements Node & HasMetafields {
  id: ID! legacyResourceId: UnsignedInt64! title: String! handle: String!
  description(truncateAt: Int): String! descriptionHtml: HTML! sortOrder: CollectionSortOrder!
  updatedAt: DateTime! templateSuffix: String image: Image ruleSet: CollectionRuleSet seo: SEO!
  productsCount: Count hasProduct(id: ID!): Boolean!
  products(${page}, sortKey: ProductCollectionSortKeys = COLLECTION_DEFAULT): ProductConnection!
  metafield(namespace: String, key: String!): Metafield
  metafields(namespace: String, keys: [String!], ${page}): MetafieldConnection!
}
type CollectionRuleSet { appliedDisjunctively: Boolean! rules: [CollectionRule!]! }
type CollectionRule {
  column: CollectionRuleColumn! relation: CollectionRuleRelation! condition: String!
}

type Metafield implements Node {
  id: ID! legacyResourceId: UnsignedInt64! namespace: String! key: String! value: String!
  jsonValue: JSON! type: String! description: String ownerType: MetafieldOwnerType!
  owner: HasMetafields! createdAt: DateTime! updatedAt: DateTime! compareDigest: String!
}

type Order implements Node & HasMetafields {
  id: ID! legacyResourceId: UnsignedInt64! name: String! number: Int! email: String phone: String
  note: String tags: [String!]! createdAt: DateTime! updatedAt: DateTime! processedAt: DateTime!
  cancelledAt: DateTime closedAt: DateTime cancelReason: OrderCancelReason closed: Boolean!
  confirmed: Boolean! test: Boolean! currencyCode: CurrencyCode! statusPageUrl: URL!
  displayFulfillmentStatus: OrderDisplayFulfillmentStatus!
  displayFinancialStatus: OrderDisplayFinancialStatus
  totalPriceSet: MoneyBag! currentTotalPriceSet: MoneyBag! subtotalPriceSet: MoneyBag
  customer: Customer
  lineItems(${page}): LineItemConnection!
  fulfillments(first: Int, query: String): [Fulfillment!]!
  metafield(namespace: String, key: String!): Metafield
  metafields(namespace: String, keys: [String!], ${page}): MetafieldConnection!
}
type Customer implements Node {
  id: ID! legacyResourceId: UnsignedInt64! email: String firstName: String lastName: String
  displayName: String!
}
type LineItem implements Node {
  id: ID! title: String! name: String! variantTitle: String sku: String vendor: String
  quantity: Int! currentQuantity: Int! unfulfilledQuantity: Int! requiresShipping: Boolean!
  originalUnitPriceSet: MoneyBag! originalTotalSet: MoneyBag! product: Product
  variant: ProductVariant
}
type Fulfillment implements Node {
  id: ID! legacyResourceId: UnsignedInt64! name: String! status: FulfillmentStatus!
  displayStatus: FulfillmentDisplayStatus createdAt: DateTime! updatedAt: DateTime!
  deliveredAt: DateTime estimatedDeliveryAt: DateTime inTransitAt: DateTime totalQuantity: Int!
  trackingInfo(first: Int): [FulfillmentTrackingInfo!]!
}
type FulfillmentTrackingInfo { company: String number: String url: URL }

type BulkOperation implements Node {
  id: ID! type: BulkOperationType! status: BulkOperationStatus! query: String!
  createdAt: DateTime! completedAt: DateTime errorCode: BulkOperationErrorCode
  objectCount: UnsignedInt64! rootObjectCount: UnsignedInt64! fileSize: UnsignedInt64 url: URL
  partialDataUrl: URL
}
type BulkOperationRunQueryPayload {
  bulkOperation: BulkOperation userErrors: [BulkOperationUserError!]!
}
type BulkOperationUserError implements DisplayableError {
  field: [String!] message: String! code: BulkOperationUserErrorCode
}
type BulkOperationCancelPayload { bulkOperation: BulkOperation userErrors: [UserError!]! }
type UserError implements DisplayableError { field: [String!] message: String! }

type WebhookSubscription implements Node {
  id: ID! legacyResourceId: UnsignedInt64! topic: WebhookSubscriptionTopic! uri: String!
  callbackUrl: URL! format: WebhookSubscriptionFormat! includeFields: [String!]!
  metafieldNamespaces: [String!]! filter: String apiVersion: ApiVersion! createdAt: DateTime!
  updatedAt: DateTime!
}
type WebhookSubscriptionCreatePayload {
  webhookSubscription: WebhookSubscription userErrors: [UserError!]!
}
type WebhookSubscriptionUpdatePayload {
  webhookSubscription: WebhookSubscription userErrors: [UserError!]!
}
type WebhookSubscriptionDeletePayload {
  deletedWebhookSubscriptionId: ID userErrors: [UserError!]!
}
input WebhookSubscriptionInput {
  uri: String callbackUrl: URL @until(version: "2025-10") format: WebhookSubscriptionFormat
  includeFields: [String!] metafieldNamespaces: [String!] filter: String
}
input ProductIdentifierInput { id: ID handle: String }
input ImageTransformInput {
  maxWidth: Int maxHeight: Int crop: CropRegion scale: Int preferredContentType: ImageContentType
}
type PageInfo {
  hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String
}

enum CurrencyCode { USD EUR GBP CHF SEK NOK DKK JPY CAD AUD COP PLN }
enum WeightUnit { GRAMS KILOGRAMS OUNCES POUNDS }
enum CountPrecision { EXACT AT_LEAST }
enum ProductStatus { ACTIVE ARCHIVED DRAFT UNLISTED }
enum ProductVariantInventoryPolicy { CONTINUE DENY }
enum ProductSortKeys {
  CREATED_AT ID INVENTORY_TOTAL PRODUCT_TYPE PUBLISHED_AT RELEVANCE TITLE UPDATED_AT VENDOR
}
enum ProductVariantSortKeys {
  FULL_TITLE ID INVENTORY_LEVELS_AVAILABLE INVENTORY_MANAGEMENT INVENTORY_POLICY
  INVENTORY_QUANTITY NAME POPULAR POSITION RELEVANCE SKU TITLE
}
enum ProductMediaSortKeys { ID POSITION }
enum ProductImageSortKeys { CREATED_AT ID POSITION }
enum ProductCollectionSortKeys {
  BEST_SELLING COLLECTION_DEFAULT CREATED ID MANUAL PRICE RELEVANCE TITLE
}
enum CollectionSortKeys { ID RELEVANCE TITLE UPDATED_AT }
enum CollectionSortOrder {
  ALPHA_ASC ALPHA_DESC BEST_SELLING CREATED CREATED_DESC MANUAL PRICE_ASC PRICE_DESC
}
enum CollectionRuleColumn {
  IS_PRICE_REDUCED TAG TITLE TYPE VARIANT_COMPARE_AT_PRICE VARIANT_INVENTORY VARIANT_PRICE
  VARIANT_TITLE VARIANT_WEIGHT VENDOR
}
enum CollectionRuleRelation {
  CONTAINS ENDS_WITH EQUALS GREATER_THAN IS_NOT_SET IS_SET LESS_THAN NOT_CONTAINS NOT_EQUALS
  STARTS_WITH
}
enum LocationSortKeys { ID NAME RELEVANCE }
enum OrderSortKeys {
  CREATED_AT CURRENT_TOTAL_PRICE CUSTOMER_NAME FINANCIAL_STATUS FULFILLMENT_STATUS ID ORDER_NUMBER
  PROCESSED_AT RELEVANCE TOTAL_PRICE UPDATED_AT
}
enum OrderCancelReason { CUSTOMER DECLINED FRAUD INVENTORY OTHER STAFF }
enum OrderDisplayFulfillmentStatus {
  FULFILLED IN_PROGRESS ON_HOLD OPEN PARTIALLY_FULFILLED PENDING_FULFILLMENT REQUEST_DECLINED
  RESTOCKED SCHEDULED UNFULFILLED
}
enum OrderDisplayFinancialStatus {
  AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED
}
enum FulfillmentStatus { CANCELLED ERROR FAILURE OPEN PENDING SUCCESS }
enum FulfillmentDisplayStatus { CANCELED DELIVERED FULFILLED IN_TRANSIT OUT_FOR_DELIVERY }
enum MediaContentType { EXTERNAL_VIDEO IMAGE MODEL_3D VIDEO }
enum MediaStatus { FAILED PROCESSING READY UPLOADED }
enum MetafieldOwnerType { COLLECTION ORDER PRODUCT PRODUCTVARIANT SHOP }
enum CropRegion { BOTTOM CENTER LEFT RIGHT TOP }
enum ImageContentType { JPG PNG WEBP }
enum BulkOperationType { MUTATION QUERY }
enum BulkOperationStatus { CANCELED CANCELING COMPLETED CREATED EXPIRED FAILED RUNNING }
enum BulkOperationErrorCode { ACCESS_DENIED INTERNAL_SERVER_ERROR TIMEOUT }
enum BulkOperationUserErrorCode { INVALID LIMIT_REACHED OPERATION_IN_PROGRESS }
enum BulkOperationsSortKeys { COMPLETED_AT CREATED_AT ID STATUS }
enum WebhookSubscriptionFormat { JSON XML }
enum WebhookSubscriptionSortKeys { CREATED_AT ID }
enum WebhookSubscriptionTopic {
  APP_UNINSTALLED BULK_OPERATIONS_FINISH COLLECTIONS_CREATE COLLECTIONS_DELETE COLLECTIONS_UPDATE
  INVENTORY_LEVELS_UPDATE ORDERS_CREATE ORDERS_UPDATED PRODUCTS_CREATE PRODUCTS_DELETE
  PRODUCTS_UPDATE
}
`;
