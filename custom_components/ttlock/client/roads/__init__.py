"""Two roads to one lock, the cloud and Bluetooth, behind one client."""
