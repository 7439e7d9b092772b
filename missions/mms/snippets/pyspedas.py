# pySPEDAS
# pip install pyspedas; it asks for a name: Enter means the public data
import requests

# pySPEDAS knows one address only: send its questions here instead.
here, ask = '{origin}', requests.Session.request
requests.Session.request = lambda self, method, url, **rest: ask(
    self, method, url.replace('https://lasp.colorado.edu', here), **rest)

from pyspedas.projects import mms

mms.{instrument}(trange=['{start}', '{stop}'], probe='{number}',
    data_rate='{mode}', level='{level}', datatype='{descriptor}')
