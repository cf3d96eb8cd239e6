#pragma once

class RequestManager {};
struct MiscOptions;
class Utility {};
namespace helper {}
